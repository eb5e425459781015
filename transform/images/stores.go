package images

// stores are databases and search engines beside the usual ones.
var stores = []Image{
	{
		Repositories: []string{"docker.io/memgraph/memgraph"},
		Source:       "https://github.com/memgraph/memgraph/blob/master/release/docker/v8_deb.dockerfile",
		Ports:        []string{"7687/tcp"}, User: "memgraph", Process: &Owner{101, 103},
		Volumes: []string{"/etc/memgraph", "/var/lib/memgraph", "/var/log/memgraph"}, DataDirs: []string{"/var/lib/memgraph"},
		ContentDirs: []string{"/etc/memgraph"}, Shell: true, Users: []User{{"memgraph", Owner{101, 103}}},
	},
	{
		Repositories: []string{"docker.io/pingcap/tidb"},
		Source:       "https://github.com/PingCAP-QE/artifacts/blob/main/dockerfiles/products/tidb/tidb.Dockerfile",
		Process:      root, Shell: true, // it exposes 4000 and not 10080, by which the dashboard of PD asks it
	},
	{
		Repositories: []string{"docker.io/pingcap/pd"},
		Source:       "https://github.com/PingCAP-QE/artifacts/blob/main/dockerfiles/products/pd/Dockerfile",
		Ports:        []string{"2379/tcp", "2380/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/pingcap/tikv"},
		Source:       "https://github.com/PingCAP-QE/artifacts/blob/main/dockerfiles/products/tikv/Dockerfile",
		Process:      root, Shell: true, // it exposes 20160 and not 20180, by which it is asked as well
	},
	{
		Repositories: []string{"docker.io/apachepinot/pinot"},
		Source:       "https://github.com/apache/pinot/blob/master/docker/images/pinot/Dockerfile",
		Ports:        []string{"8096/tcp", "8097/tcp", "8098/tcp", "8099/tcp", "9000/tcp"}, Process: root,
		Volumes: []string{"/opt/pinot/configs", "/opt/pinot/data"}, DataDirs: []string{"/opt/pinot/data"},
		ContentDirs: []string{"/opt/pinot/etc", "/opt/pinot/examples"}, Shell: true,
	},
	{
		Repositories: []string{"mcr.microsoft.com/azure-storage/azurite"},
		Source:       "https://github.com/Azure/Azurite/blob/main/Dockerfile",
		Ports:        []string{"10000/tcp", "10001/tcp", "10002/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/chromadb/chroma", "ghcr.io/chroma-core/chroma"},
		Tags:         `^0\.`,
		Source:       "https://github.com/chroma-core/chroma/blob/main/Dockerfile",
		Ports:        []string{"8000/tcp"}, Process: root, DataDirs: []string{"/chroma/chroma"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/chromadb/chroma", "ghcr.io/chroma-core/chroma"},
		Source:       "https://github.com/chroma-core/chroma/blob/main/rust/Dockerfile",
		Ports:        []string{"8000/tcp"}, Process: root, DataDirs: []string{"/data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/semitechnologies/weaviate", "cr.weaviate.io/semitechnologies/weaviate"},
		Source:       "https://github.com/weaviate/weaviate/blob/main/Dockerfile",
		Process:      root, DataDirs: []string{"/data"}, DataVariables: []string{"PERSISTENCE_DATA_PATH"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/milvusdb/milvus"},
		Tags:         `^(?:[^g]|g[^p])*$`, // not those for graphics cards
		Source:       "https://github.com/milvus-io/milvus/blob/master/build/docker/milvus/ubuntu22.04/Dockerfile",
		Process:      root, DataDirs: []string{"/var/lib/milvus"}, ContentDirs: []string{"/milvus/configs"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/qdrant/qdrant", "ghcr.io/qdrant/qdrant/qdrant"},
		Tags:         `unprivileged`,
		Source:       "https://github.com/qdrant/qdrant/blob/master/Dockerfile",
		Ports:        []string{"6333/tcp", "6334/tcp"}, User: "1000:1000", Process: &Owner{1000, 1000},
		DataDirs: []string{"/qdrant/storage", "/qdrant/snapshots"}, ContentDirs: []string{"/qdrant/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/qdrant/qdrant", "ghcr.io/qdrant/qdrant/qdrant"},
		Source:       "https://github.com/qdrant/qdrant/blob/master/Dockerfile",
		Ports:        []string{"6333/tcp", "6334/tcp"}, Process: root, DataDirs: []string{"/qdrant/storage", "/qdrant/snapshots"},
		ContentDirs: []string{"/qdrant/config"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/typesense/typesense"},
		Source:       "https://github.com/typesense/typesense/blob/v30/docker/deployment.Dockerfile",
		Ports:        []string{"8108/tcp"}, Process: root, Shell: true,
	},
	{
		Repositories: []string{"docker.io/getmeili/meilisearch"},
		Source:       "https://github.com/meilisearch/meilisearch/blob/main/Dockerfile",
		Ports:        []string{"7700/tcp"}, Process: root, DataDirs: []string{"/meili_data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/eqalpha/keydb"},
		Source:       "https://github.com/Snapchat/KeyDB/blob/main/pkg/docker/Dockerfile",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"},
		ContentDirs: []string{"/etc/keydb"}, Shell: true,
	},
	{
		Repositories: []string{"docker.dragonflydb.io/dragonflydb/dragonfly", "ghcr.io/dragonflydb/dragonfly"},
		Tags:         `^(latest|v[\d.]+)(-ubuntu)?$`,
		Source:       "https://github.com/dragonflydb/dragonfly/blob/main/tools/packaging/Dockerfile.ubuntu-prod",
		Ports:        []string{"6379/tcp"}, Process: root, Volumes: []string{"/data"}, DataDirs: []string{"/data"}, Shell: true,
		Users: []User{{"dfly", Owner{999, 999}}},
	},
	{
		Repositories: []string{"docker.io/surrealdb/surrealdb"},
		Tags:         `^(latest|v?(2\.[3-9]|[3-9]))`,
		Source:       "https://github.com/surrealdb/surrealdb/blob/main/docker/Dockerfile", // which does not say what its base exposes
		Volumes:      []string{"/data", "/logs"}, DataDirs: []string{"/data"},
	},
	{
		Repositories: []string{"docker.io/library/arangodb", "docker.io/arangodb/arangodb"},
		Source:       "https://github.com/arangodb/arangodb-docker/blob/official/alpine/3.11.2/Dockerfile",
		Ports:        []string{"8529/tcp"}, Process: root, Volumes: []string{"/var/lib/arangodb3", "/var/lib/arangodb3-apps"},
		DataDirs: []string{"/var/lib/arangodb3", "/var/lib/arangodb3-apps"}, ContentDirs: []string{"/etc/arangodb3"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/ravendb/ravendb"},
		Tags:         `^(latest|ubuntu-latest|[67]\.[\d.]+(-ubuntu.*)?)$`,
		Source:       "https://github.com/ravendb/ravendb/blob/v6.0/docker/ravendb-ubuntu/Dockerfile.x64",
		Ports:        []string{"161/tcp", "8080/tcp", "38888/tcp"}, User: "ravendb:ravendb",
		Volumes: []string{"/etc/ravendb", "/var/lib/ravendb/data"}, DataDirs: []string{"/var/lib/ravendb/data"},
		ContentDirs: []string{"/etc/ravendb"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/questdb/questdb"},
		Source:       "https://github.com/questdb/questdb/blob/master/core/docker-entrypoint.sh",
		DataDirs:     []string{"/var/lib/questdb"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/victoriametrics/victoria-metrics", "quay.io/victoriametrics/victoria-metrics"},
		Tags:         `scratch`,
		Source:       "https://github.com/VictoriaMetrics/VictoriaMetrics/blob/master/app/victoria-metrics/multiarch/Dockerfile",
		Ports:        []string{"8428/tcp"}, Process: root, DataDirs: []string{"/victoria-metrics-data"}, NoShell: true,
	},
	{
		Repositories: []string{"docker.io/victoriametrics/victoria-metrics", "quay.io/victoriametrics/victoria-metrics"},
		Source:       "https://github.com/VictoriaMetrics/VictoriaMetrics/blob/master/app/victoria-metrics/multiarch/Dockerfile",
		Ports:        []string{"8428/tcp"}, Process: root, DataDirs: []string{"/victoria-metrics-data"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/apache/druid"},
		Source:       "https://github.com/apache/druid/blob/master/distribution/docker/Dockerfile",
		User:         "druid", Process: &Owner{1000, 1000}, Volumes: []string{"/opt/druid/var"},
		DataDirs: []string{"/opt/druid/var", "/opt/shared"}, Shell: true, Users: []User{{"druid", Owner{1000, 1000}}},
	},
}

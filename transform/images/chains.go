package images

// chains are nodes of networks of peers: block chains, and stores that they share.
var chains = []Image{
	{
		Repositories: []string{"docker.io/ipfs/kubo", "docker.io/ipfs/go-ipfs"},
		Source:       "https://github.com/ipfs/kubo/blob/master/Dockerfile",
		Ports:        []string{"4001/tcp", "4001/udp", "5001/tcp", "8080/tcp", "8081/tcp"}, Process: root, Volumes: []string{"/data/ipfs"},
		DataDirs: []string{"/data/ipfs"}, Shell: true,
	},
	{
		Repositories: []string{"docker.io/ethereum/client-go"},
		Tags:         `^(latest|stable|alltools|release-1\.1\d|v1\.1\d\.)`,
		Source:       "https://github.com/ethereum/go-ethereum/blob/master/Dockerfile",
		Ports:        []string{"8545/tcp", "8546/tcp", "30303/tcp", "30303/udp"}, Process: root, DataDirs: []string{"/root/.ethereum"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/lightninglabs/lnd"},
		Source:       "https://github.com/lightningnetwork/lnd/blob/master/Dockerfile",
		Ports:        []string{"9735/tcp", "10009/tcp"}, Process: root, Volumes: []string{"/root/.lnd"}, DataDirs: []string{"/root/.lnd"},
		Shell: true,
	},
	{
		Repositories: []string{"docker.io/bitcoin/bitcoin"},
		Tags:         `alpine`,
		Source:       "https://github.com/willcl-ark/bitcoin-core-docker/blob/master/31.0/alpine/Dockerfile",
		Ports:        []string{"8332/tcp", "8333/tcp", "18332/tcp", "18333/tcp", "18444/tcp"}, Process: root,
		Volumes: []string{"/home/bitcoin/.bitcoin"}, DataDirs: []string{"/home/bitcoin/.bitcoin"}, Shell: true,
		Users: []User{{"bitcoin", Owner{100, 101}}},
	},
	{
		Repositories: []string{"docker.io/bitcoin/bitcoin"},
		Source:       "https://github.com/willcl-ark/bitcoin-core-docker/blob/master/31.0/Dockerfile",
		Ports:        []string{"8332/tcp", "8333/tcp", "18332/tcp", "18333/tcp", "18443/tcp", "18444/tcp", "38332/tcp", "38333/tcp"},
		Process:      root, Volumes: []string{"/home/bitcoin/.bitcoin"}, DataDirs: []string{"/home/bitcoin/.bitcoin"}, Shell: true,
		Users: []User{{"bitcoin", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/ruimarinho/bitcoin-core"},
		Tags:         `^(2[2-4](\.[\d.]+)?|latest)$`,
		Source:       "https://github.com/ruimarinho/docker-bitcoin-core/blob/master/22/Dockerfile",
		Ports:        []string{"8332/tcp", "8333/tcp", "18332/tcp", "18333/tcp", "18443/tcp", "18444/tcp", "38332/tcp", "38333/tcp"},
		Process:      root, Volumes: []string{"/home/bitcoin/.bitcoin"}, DataDirs: []string{"/home/bitcoin/.bitcoin"}, Shell: true,
		Users: []User{{"bitcoin", Owner{101, 101}}},
	},
	{
		Repositories: []string{"docker.io/lncm/bitcoind"},
		Tags:         `^v2[78]\.`,
		Source:       "https://github.com/lncm/docker-bitcoind/blob/master/28.0/Dockerfile",
		Ports:        []string{"8080/tcp", "8332/tcp", "8333/tcp", "18332/tcp", "18333/tcp", "18443/tcp", "18444/tcp", "28332/tcp", "28333/tcp"},
		User:         "bitcoind", Process: &Owner{1000, 1000}, Volumes: []string{"/data/.bitcoin"}, DataDirs: []string{"/data/.bitcoin"},
		Shell: true, Users: []User{{"bitcoind", Owner{1000, 1000}}},
	},
}

package build

import "strings"

// fillOnce returns the script that copies into a volume while that is empty, in a form that a copy which was cut off does not end.
//
// A full disk, an eviction or the end of a node leaves half of the files, which looks like a volume that has its content. So a mark is in the
// volume from before the first file until after the last, and whoever finds it copies again. Pods that start together, as replicas do, find
// the mark of the one that was first: they wait as long as the volume grows, and take the work over where nothing comes any more. The
// time is that for which a client of NFS believes what it has seen (acdirmin of nfs(5)).
//
// An empty directory of a new file system, lost+found, is no content. The script runs in any sh, and in busybox.
func fillOnce(volume, copying string) string {
	return strings.ReplaceAll(`mark=VOLUME/.transship-filling now=
while ls -A VOLUME | grep -qvxF lost+found; do
  [ -e $mark ] || exit 0 # all is there
  was=$now now=`+"`du -s VOLUME`"+`
  [ "$was" = "$now" ] && break # nobody copies: it was cut off
  sleep 30
done
[ "$now" ] || mkdir $mark || exit
`, "VOLUME", volume) + copying + " && rmdir $mark"
}

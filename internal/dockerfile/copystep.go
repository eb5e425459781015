package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// copyStep is a COPY or ADD.
type copyStep struct {
	text     string // for people
	sources  []string
	dest     string // absolute
	isDir    bool   // dest is certainly a directory
	uid, gid *int64 // --chown; nil is root
	owned    bool   // --chown is given
	context  *buildContext
	exclude  []string // patterns of --exclude
	inline   []string // names of here-documents
	stage    *stage   // --from a stage
	add      bool
	opaque   bool // nothing can be said about what comes: --from an image, --parents
}

// archive matches what ADD unpacks.
var archive = pattern.New(`\.(tar|tar\.\w+|tgz|tbz2?|txz)$`)

func (c copyStep) effect(target string, p source.ImagePath) source.ImagePath {
	if isBelow(c.dest, target) {
		return c.own(has(p, c.text), p)
	}
	if target != c.dest && !isBelow(target, c.dest) {
		return p
	}
	for _, name := range c.inline {
		p = c.file(target, path.Base(name), "", p)
	}
	for _, s := range c.sources {
		switch {
		case c.opaque:
			p = c.something(target, p)
		case c.stage != nil:
			p = c.fromStage(target, s, p)
		case c.add && (strings.Contains(s, "://") || strings.HasPrefix(s, "git@")):
			p = c.something(target, p)
		case c.context != nil:
			p = c.fromContext(target, s, p)
		}
	}
	return p
}

// something is the effect of a source that cannot be looked into.
func (c copyStep) something(target string, p source.ImagePath) source.ImagePath {
	if target == c.dest && c.isDir {
		return has(p, c.text)
	}
	return mayHave(p, c.text)
}

// file is the effect of one file that is copied.
func (c copyStep) file(target, name, from string, p source.ImagePath) source.ImagePath {
	place := c.dest
	if c.isDir || p.Directory == source.Yes && target == c.dest {
		place = path.Join(c.dest, name)
	}
	switch {
	case isBelow(place, target):
		return c.own(has(p, c.text), p)
	case place == target:
		out := source.ImagePath{Exists: source.Yes, Directory: source.No, Content: source.No, UID: c.uid, GID: c.gid, Given: c.owned && c.uid == nil}
		if from != "" {
			out.CopiedFrom = []string{from}
		}
		if !c.owned {
			out.UID, out.GID = new(int64(0)), new(int64(0))
		}
		return out
	}
	return p
}

// own gives a directory that the copy makes to the owner that --chown names.
func (c copyStep) own(p, before source.ImagePath) source.ImagePath {
	if before.Exists == source.Yes || before.Exists == source.Likely {
		return p
	}
	switch {
	case c.owned:
		p.UID, p.GID, p.Given = c.uid, c.gid, c.uid == nil
	case before.Exists == source.No:
		p.UID, p.GID = new(int64(0)), new(int64(0))
	}
	return p
}

func (c copyStep) fromContext(target, pattern string, p source.ImagePath) source.ImagePath {
	if c.context.dir == "" {
		return c.something(target, p)
	}
	matches := c.context.glob(pattern)
	if len(matches) == 0 { // what is not here now may be made before the build
		return c.something(target, p)
	}
	for _, m := range matches {
		f := c.context.at(m)
		switch {
		case !f.exists:
			p = c.something(target, p)
		case !f.isDir && c.add && archive.MatchString(m):
			p = c.unpacked(target, p)
		case !f.isDir:
			p = c.file(target, path.Base(m), f.abs, p)
		default:
			p = c.directory(target, m, f, p)
		}
	}
	return p
}

func (c copyStep) unpacked(target string, p source.ImagePath) source.ImagePath {
	if target == c.dest {
		return c.own(has(p, c.text), p)
	}
	return mayHave(p, c.text)
}

// directory is the effect of a directory whose content is copied to dest.
func (c copyStep) directory(target, from string, f found, before source.ImagePath) source.ImagePath {
	if target != c.dest {
		f = c.context.at(path.Join(from, strings.TrimPrefix(target, strings.TrimSuffix(c.dest, "/")+"/")))
	}
	p := before
	switch {
	case !f.exists:
		return p
	case !f.isDir:
		p = source.ImagePath{Exists: source.Yes, Directory: source.No, Content: source.No}
		p.UID, p.GID, p.Given = c.uid, c.gid, c.owned && c.uid == nil
		if !c.owned {
			p.UID, p.GID = new(int64(0)), new(int64(0))
		}
	case f.content:
		p = c.own(has(p, c.text), before)
	default:
		p = c.own(isMade(p, nil, nil, ""), before)
	}
	if rel := c.context.relative(f.abs); !f.keptOut && !c.context.leavesOut(rel, c.exclude) && !slices.Contains(p.CopiedFrom, f.abs) {
		p.CopiedFrom = append(slices.Clone(p.CopiedFrom), f.abs)
	}
	return p
}

// fromStage looks into the stage that is copied from.
func (c copyStep) fromStage(target, pattern string, before source.ImagePath) source.ImagePath {
	from := path.Clean("/" + pattern)
	if strings.ContainsAny(from, `*?[\`) {
		return c.something(target, before)
	}
	inside := from
	if target != c.dest {
		inside = path.Join(from, strings.TrimPrefix(target, strings.TrimSuffix(c.dest, "/")+"/"))
	}
	there := c.stage.seen(inside)
	switch {
	case there.Exists == source.Yes && there.Directory == source.No:
		return c.file(target, path.Base(from), "", before)
	case there.Exists == source.Yes && there.Content == source.Yes:
		return c.own(has(before, c.text), before)
	case there.Exists == source.No, there.Exists == source.Yes && there.Content == source.No && target != c.dest:
		return before
	case there.Exists == source.Yes && there.Content == source.No:
		return c.own(isMade(before, nil, nil, ""), before)
	}
	return c.something(target, before)
}

/*
 * path: joining, cleaning and matching paths; which names from outside are refused.
 */
#include "base/path.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/os.h"
#include "base/program_start.h"
#include "base/sys.h"
#include "base/text.h"

#define PART_MAX 255u
#define WHOLE_MAX 4096u

bool vv_path_ends(const char *name, const char *end)
{
	const size_t len = strlen(name), n = strlen(end);

	return len > n && strcmp(name + len - n, end) == 0;
}

char *vv_path_join(const char *first, ...)
{
	vv_buf b = VV_BUF_INIT;
	va_list ap;

	if (!first) return NULL;
	va_start(ap, first);
	for (const char *part = first; part; part = va_arg(ap, const char *)) {
		if (b.len > 0 && b.data[b.len - 1] != '/' && *part != '\0') {
			vv_buf_putc(&b, '/');
		}
		while (b.len > 0 && *part == '/') {
			part++;
		}
		vv_buf_puts(&b, part);
	}
	va_end(ap);
	return vv_buf_detach(&b);
}

bool vv_path_is_absolute(const char *path)
{
	return path && vv_os_root_len(path) > 0;
}

const char *vv_path_next_folder(const char **list, size_t *len)
{
	while (**list) {
		const char *folder = *list;

		*len = strcspn(folder, VV_OS_PATH_SEPARATOR);
		*list += *len;
		*list += **list != '\0';
		if (*len > 0 && vv_os_root_len(folder) > 0) return folder;
	}
	return NULL;
}

const char *vv_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *vv_path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	const size_t root = vv_os_root_len(path);

	if (!slash) return vv_strdup(".");
	while (slash > path && slash[-1] == '/') {
		slash--;
	}
	const size_t len = (size_t)(slash - path);
	return vv_strndup(path, len < root ? root : len);
}

const char *vv_path_ext(const char *path)
{
	const char *base = vv_path_base(path);
	const char *dot = strrchr(base, '.');

	/* ".profile" has a name, no extension. */
	return dot && dot != base ? dot + 1 : "";
}

char *vv_path_typed(const char *path)
{
	char *out = vv_strdup(path);

	for (char *p = out; p && *(p += strcspn(p, VV_OS_SLASHES)); p++) {
		*p = '/';
	}
	return out;
}

/* Appends the parts of path to the clean absolute path in b, whose root has `top` bytes before its '/'. */
static void append_clean(vv_buf *b, size_t top, const char *path)
{
	while (*path != '\0') {
		size_t len = strcspn(path, VV_OS_SLASHES);

		if (len == 2 && path[0] == '.' && path[1] == '.') {
			while (b->len > top && b->data[b->len - 1] != '/') {
				b->len--;
			}
			b->len -= b->len > top;
		} else if (len > 0 && !(len == 1 && path[0] == '.')) {
			vv_buf_putc(b, '/');
			vv_buf_put(b, path, len);
		}
		path += len;
		path += strspn(path, VV_OS_SLASHES);
	}
}

char *vv_path_absolute(const char *base, const char *path)
{
	vv_buf b = VV_BUF_INIT;
	const bool absolute = vv_path_is_absolute(path);
	const char *from = absolute ? path : base;
	const size_t root = vv_os_root_len(from);
	/* a root such as that of a share may lack its '/' */
	const size_t top = root > 0 && strchr(VV_OS_SLASHES, from[root - 1]) ? root - 1 : root;

	for (size_t i = 0; i < top; i++) {
		vv_buf_putc(&b, strchr(VV_OS_SLASHES, from[i]) ? '/' : from[i]);
	}
	append_clean(&b, top, from + root);
	if (!absolute) {
		append_clean(&b, top, path);
	}
	if (b.len == top) {
		vv_buf_putc(&b, '/');
	}
	return vv_buf_detach(&b);
}

const char *vv_path_below(const char *root, const char *path)
{
	size_t len = strlen(root);

	if (len == 0) return path;
	if (strncmp(root, path, len) != 0) return NULL;
	if (vv_os_root_len(root) == len && root[len - 1] == '/') return path + len;
	if (path[len] == '\0') return path + len;
	return path[len] == '/' ? path + len + 1 : NULL;
}

static bool hfs_ignores(uint32_t cp)
{
	return (cp >= 0x200c && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x206a && cp <= 0x206f) || cp == 0xfeff;
}

/* Would some file system take this part for ".git"? NTFS drops trailing dots and spaces, and
 * "git~1" is another name of ".git". */
static bool is_dot_git(const char *part, size_t len)
{
	char kept[8];
	size_t at = 0, fill = 0, step;
	uint32_t cp;

	while (len > 0 && (part[len - 1] == '.' || part[len - 1] == ' ')) {
		len--;
	}
	while (at < len && fill < sizeof kept) {
		step = (unsigned char)part[at] < 0x80 ? 0
						      : vv_utf8_decode(&cp, part + at, len - at);
		if (step == 0 || !hfs_ignores(cp)) {
			kept[fill++] = part[at++];
		} else {
			at += step;
		}
	}
	while (fill > 0 && (kept[fill - 1] == '.' || kept[fill - 1] == ' ')) {
		fill--;
	}
	return at == len && (vv_ascii_is(kept, fill, ".git") || vv_ascii_is(kept, fill, "git~1"));
}

bool vv_path_is_dot_git(const char *part, size_t len)
{
	size_t at = 0, end;

	while (at < len) {
		for (end = at; end < len && part[end] != '\\'; end++) {
		}
		const char *stream = memchr(part + at, ':', end - at);

		if (is_dot_git(part + at, stream ? (size_t)(stream - part) - at : end - at)) {
			return true;
		}
		at = end + 1;
	}
	return false;
}

/* CON, NUL, COM1 and the like, alone or before an extension. */
static bool is_device(const char *part, size_t len)
{
	static const char *const words[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
	size_t stem = 0;

	while (stem < len && part[stem] != '.') {
		stem++;
	}
	while (stem > 0 && part[stem - 1] == ' ') {
		stem--;
	}
	if (vv_array_find(words, sizeof words / sizeof words[0], w, vv_ascii_is(part, stem, *w))) {
		return true;
	}
	/* The superscript digits one, two and three count as digits there. */
	if (stem == 4 && part[3] >= '1' && part[3] <= '9') {
		stem = 3;
	} else if (stem == 5 && part[3] == '\xc2' &&
		   (part[4] == '\xb9' || part[4] == '\xb2' || part[4] == '\xb3')) {
		stem = 3;
	} else {
		return false;
	}
	return vv_ascii_is(part, stem, "com") || vv_ascii_is(part, stem, "lpt");
}

/* Finds parts that lead out of the work tree or into Git's folder. */
static const char *part_danger(const char *part, size_t len)
{
	if (len == 0) return "it has '//', or ends in '/'";
	if (len > PART_MAX) return "a name in it is longer than 255 bytes";
	if (vv_ascii_is(part, len, ".") || vv_ascii_is(part, len, "..")) {
		return "'.' and '..' are not allowed";
	}
	return vv_path_is_dot_git(part, len) ? "some file systems treat a name in it as '.git'"
					     : NULL;
}

/* Finds parts that some systems do not allow or change. */
static const char *part_fault(const char *part, size_t len)
{
	const char *fault = part_danger(part, len);

	if (fault) return fault;
	if (is_device(part, len)) return "a name in it is a device on Windows";
	if (part[len - 1] == '.' || part[len - 1] == ' ') {
		return "a name in it ends in a dot or a space, which Windows removes";
	}
	return NULL;
}

static const char *whole_danger(const char *path)
{
	if (path[0] == '\0') return "it is empty";
	if (path[0] == '/') return "it is absolute";
	return strlen(path) > WHOLE_MAX ? "it is longer than 4096 bytes" : NULL;
}

static const char *whole_fault(const char *path)
{
	const char *fault = whole_danger(path);

	if (fault) return fault;
	if (path[0] == '-') return "it begins with '-'";
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '\\') return "it has a backslash";
		if (*p == ':') return "it has a ':'";
		if ((unsigned char)*p < 0x20 || *p == 0x7f) return "it has a control character";
	}
	return NULL;
}

static const char *find_fault(const char *path, const char *fault,
			      const char *(*of_part)(const char *part, size_t len))
{
	const char *part = path;

	while (!fault) {
		size_t len = strcspn(part, "/");

		fault = of_part(part, len);
		part += len;
		if (*part == '\0') {
			break;
		}
		part++;
	}
	return fault;
}

static vv_status refuse_path(const char *path, const char *fault, vv_error *err)
{
	return fault ? vv_fail(err, VV_EREFUSED, "the path '%s' cannot be used: %s",
			       vv_text_shows(path), fault)
		     : VV_OK;
}

const char *vv_path_fault(const char *path)
{
	return find_fault(path, whole_fault(path), part_fault);
}

vv_status vv_path_check(const char *path, vv_error *err)
{
	return refuse_path(path, vv_path_fault(path), err);
}

bool vv_path_lacks_names(void)
{
	return *VV_OS_NOT_IN_NAMES != '\0';
}

const char *vv_path_lack(const char *path)
{
	if (!vv_path_lacks_names()) return NULL;
	for (const char *p = path; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || strchr(VV_OS_NOT_IN_NAMES, *p)) {
			return "Windows does not allow one of its characters";
		}
	}
	return find_fault(path, whole_danger(path), part_fault);
}

vv_status vv_path_check_plain(const char *path, vv_error *err)
{
	return refuse_path(path, find_fault(path, whole_danger(path), part_danger), err);
}

/* A class of a bracket expression ("[:digit:]") has c: ASCII only, and space without vertical tab
 * and form feed, as in Git. -1: unknown class. */
static int in_class(const char *name, size_t len, unsigned char c)
{
	enum {
		LOWER = 1,
		UPPER = 2,
		DIGIT = 4,
		PUNCT = 8,
		SPACE = 16,
		TAB = 32,
		LINE = 64,
		CONTROL = 128,
		HEX = 256
	};
	static const struct {
		const char *name;
		unsigned bits;
	} classes[] = {
		{"alnum", LOWER | UPPER | DIGIT},
		{"alpha", LOWER | UPPER},
		{"blank", SPACE | TAB},
		{"cntrl", TAB | LINE | CONTROL},
		{"digit", DIGIT},
		{"graph", LOWER | UPPER | DIGIT | PUNCT},
		{"lower", LOWER},
		{"print", LOWER | UPPER | DIGIT | PUNCT | SPACE},
		{"punct", PUNCT},
		{"space", SPACE | TAB | LINE},
		{"upper", UPPER},
		{"xdigit", HEX},
	};
	unsigned bits = CONTROL;

	if (c >= '0' && c <= '9') {
		bits = DIGIT | HEX;
	} else if (c >= 'a' && c <= 'z') {
		bits = LOWER | (c <= 'f' ? HEX : 0);
	} else if (c >= 'A' && c <= 'Z') {
		bits = UPPER | (c <= 'F' ? HEX : 0);
	} else if (c == ' ' || c == '\t') {
		bits = c == ' ' ? SPACE : TAB;
	} else if (c == '\n' || c == '\r') {
		bits = LINE;
	} else if (c > ' ' && c != 0x7f) {
		bits = c < 0x80 ? PUNCT : 0;
	}
	const __typeof__(classes[0]) *class = vv_array_find(
		classes, sizeof(classes) / sizeof(classes[0]), it,
		strlen(it->name) == len && memcmp(it->name, name, len) == 0);
	return class ? (bits & class->bits) != 0 : -1;
}

/* The byte at *p, or the one that a backslash there escapes; moves *p after it. NUL: there is
 * none. */
static unsigned char bracket_byte(const char **p)
{
	if (**p == '\\') {
		(*p)++;
	}
	return **p ? (unsigned char)*(*p)++ : 0;
}

/* "[:name:]" at p: the length of its name, or 0. */
static size_t class_length(const char *p)
{
	const char *end = p[0] == '[' && p[1] == ':' ? strchr(p + 2, ']') : NULL;

	return end && end > p + 2 && end[-1] == ':' ? (size_t)(end - p - 2) : 0;
}

/* Matches c against the bracket expression after '[' at *p. Moves *p after its ']'; an expression
 * without end, or with a class that is none, matches nothing: then *p is at the pattern's end. */
static bool match_bracket(const char **p, char c)
{
	const char *at = *p, *end = at + strlen(at);
	const unsigned char byte = (unsigned char)c;
	bool negated = *at == '!' || *at == '^', found = false, first = true;
	unsigned char last = 0; /* from where a '-' continues */

	*p = end;
	at += negated ? 1 : 0;
	for (; first || *at != ']'; first = false) {
		size_t name = class_length(at);

		if (name > 0) {
			int in = in_class(at + 2, name - 1, byte);

			if (in < 0) return false;
			found = found || in > 0;
			at += name + 3;
			last = 0;
		} else if (*at == '-' && last != 0 && at[1] != '\0' && at[1] != ']') {
			unsigned char high;

			at++;
			if ((high = bracket_byte(&at)) == 0) return false;
			found = found || (byte >= last && byte <= high);
			last = 0;
		} else if ((last = bracket_byte(&at)) == 0) {
			return false;
		} else {
			found = found || byte == last;
		}
	}
	*p = at + 1;
	return c != '/' && found != negated;
}

/* Matches one path byte with the pattern's next element, moving *p after it. */
static bool match_one(const char **p, char c)
{
	switch (**p) {
	case '\0':
		return false;
	case '?':
		(*p)++;
		return c != '/';
	case '[':
		(*p)++;
		return match_bracket(p, c);
	case '\\': /* the last byte of a pattern: it matches nothing */
		(*p)++;
		return **p != '\0' && *(*p)++ == c;
	default:
		return *(*p)++ == c;
	}
}

/* Where to continue after a mismatch: pattern after a star, and the first path byte after the part
 * that the star matched. Only the latest star of each kind matters, since more bytes for an earlier
 * one leave it fewer. */
typedef struct retry {
	const char *pattern; /* NULL: none */
	const char *path;
	bool folders; /* "**" and "/" in one: swallows whole folders only */
} retry;

/* Takes the stars at *p; they are after the pattern's first byte start. Two that are not all of a
 * name of the path are one. */
static void meet_stars(const char **p, const char *start, const char *path, retry *star,
		       retry *deep)
{
	const char *behind = *p + strspn(*p, "*");
	bool slash = behind[0] == '/' || (behind[0] == '\\' && behind[1] == '/');
	bool alone = (*p == start || (*p)[-1] == '/') && (*behind == '\0' || slash);
	retry *r = behind - *p > 1 && alone ? deep : star;

	r->folders = r == deep && *behind == '/';
	behind += r->folders ? 1 : 0;
	r->pattern = behind;
	r->path = path;
	if (r == deep) {
		star->pattern = NULL;
	}
	*p = behind;
}

/* Lets a star swallow more; false when none can. */
static bool widen_star(const char **p, const char **path, retry *star, retry *deep)
{
	if (star->pattern && *star->path != '\0' && *star->path != '/') {
		star->path++;
		*p = star->pattern;
		*path = star->path;
		return true;
	}
	star->pattern = NULL;
	if (!deep->pattern) return false;
	if (deep->folders) {
		deep->path += strcspn(deep->path, "/");
	}
	if (*deep->path == '\0') return false;
	deep->path++;
	*p = deep->pattern;
	*path = deep->path;
	return true;
}

bool vv_path_match(const char *pattern, const char *path)
{
	retry star = {NULL, NULL, false};
	retry deep = {NULL, NULL, false};
	const char *p = pattern;

	for (;;) {
		if (*p == '*') {
			meet_stars(&p, pattern, path, &star, &deep);
			continue;
		}
		if (*path == '\0' && *p == '\0') return true;
		if (*path != '\0' && match_one(&p, *path)) {
			path++;
			continue;
		}
		if (!widen_star(&p, &path, &star, &deep)) return false;
	}
}

/*
 * attributes_lines: matching paths with lines.
 */
#include "lib/worktree/attributes_lines.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"

/* Do the words end in -text, or, the same, binary? */
static bool says_binary(const char *attributes)
{
	bool binary = false;

	for (const char *p = attributes; *p;) {
		size_t len = strcspn(p, " \t");

		if ((len == 5 && memcmp(p, "-text", 5) == 0) ||
		    (len == 6 && memcmp(p, "binary", 6) == 0)) {
			binary = true;
		} else if ((len >= 4 && memcmp(p, "text", 4) == 0) ||
			   (len == 5 && memcmp(p, "!text", 5) == 0)) {
			binary = false;
		} else if (len > 9 && memcmp(p, "working-t", 9) == 0) {
			return false;
		}
		p += len + strspn(p + len, " \t");
	}
	return binary;
}

static vv_status on_line(void *payload, const char *file, unsigned number, const char *pattern,
			 const char *attributes, vv_error *err)
{
	vv_attr_list *l = payload;
	/* .git/info/attributes speaks for the whole work tree. */
	size_t folder = strncmp(file, ".git/", 5) == 0 ? 0 : (size_t)(vv_path_base(file) - file);

	if (!vv_array_room(l->lines, l->count, l->cap)) return vv_fail_nomem(err);
	vv_attr_list_line *at = &l->lines[l->count++];
	*at = (vv_attr_list_line){.file = vv_strdup(file),
				  .pattern = vv_strdup(pattern),
				  .folder = vv_strndup(file, folder),
				  .number = number,
				  .on = l->kind == VV_ATTR_FILTER_LINES
						? strstr(attributes, "filter=varve") != NULL
						: l->kind == VV_ATTR_COMPARED_LINES ||
							  !says_binary(attributes),
				  .literal = !strpbrk(pattern, "*?[\\\""),
				  .attributes = vv_strdup(attributes)};
	return at->file && at->pattern && at->folder && at->attributes ? VV_OK : vv_fail_nomem(err);
}

/* The one path that the line matches: owned; *out NULL where there may be several. */
static vv_status only_path(char **out, const vv_attr_list_line *at, vv_error *err)
{
	vv_buf path = VV_BUF_INIT;

	*out = NULL;
	if (!at->literal || !strchr(at->pattern, '/')) return VV_OK;
	vv_buf_puts(&path, at->folder);
	vv_buf_puts(&path, at->pattern + (at->pattern[0] == '/'));
	*out = vv_buf_detach(&path);
	return *out ? VV_OK : vv_fail_nomem(err);
}

static uint64_t path_hash(const char *path)
{
	return vv_xxh3(path, strlen(path), vv_hash_seed());
}

/* ".dat/": between slashes, which no ending has. */
static bool has_ending(const vv_buf *endings, const char *ext)
{
	const size_t len = strlen(ext);
	const char *p = vv_buf_cstr(endings);

	while ((p = strstr(p, ext)) && (p[len] != '/' || p[-1] != '.')) {
		p++;
	}
	return p != NULL;
}

static void note_ending(vv_attr_list *l, const vv_attr_list_line *at, const char *path)
{
	const char *ext = vv_path_ext(path);

	if (at->on && *ext && !has_ending(&l->endings, ext)) {
		vv_buf_printf(&l->endings, ".%s/", ext);
	}
}

/* After all lines were read. */
static vv_status index_lines(vv_attr_list *l, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!(l->others = vv_calloc(l->count + 1, sizeof(*l->others)))) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		vv_auto(char) *path = NULL;

		if ((rc = only_path(&path, &l->lines[i], err)) < 0) {
			break;
		}
		if (!path) {
			l->others[l->other_count++] = i;
			continue;
		}
		note_ending(l, &l->lines[i], path);
		if (!vv_hash_index_add(&l->literal, path_hash(path), i)) {
			rc = vv_fail_nomem(err);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&l->endings, err);
}

vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, const vv_index *x,
			    vv_attr_lines_kind kind, vv_error *err)
{
	*out = (vv_attr_list){.kind = kind};
	vv_status rc = vv_attr_lines(r, x, kind, on_line, out, err);
	return rc < 0 ? rc : index_lines(out, err);
}

void vv_attr_list_clear(vv_attr_list *l)
{
	vv_array_clear(l->lines, l->count, it,
		       vv_free_all(it->file, it->pattern, it->folder, it->attributes, it->first));
	vv_free(l->others);
	vv_hash_index_clear(&l->literal);
	vv_buf_clear(&l->endings);
	memset(l, 0, sizeof(*l));
}

static bool line_matches(const vv_attr_list_line *at, const char *path)
{
	const char *pattern = at->pattern;
	size_t above = strlen(at->folder);

	if (strncmp(path, at->folder, above) != 0) return false;
	if (strchr(pattern, '/')) {
		path += above;
		pattern += pattern[0] == '/';
	} else {
		path = vv_path_base(path);
	}
	return at->literal ? strcmp(pattern, path) == 0 : vv_path_match(pattern, path);
}

/* Lines that may match a path: those with just its hash, then those with wildcards. */
typedef struct matching {
	const vv_attr_list *list;
	vv_hash_probe literal;
	size_t next_other;
} matching;

static matching matching_begin(const vv_attr_list *l, const char *path)
{
	return (matching){l, vv_hash_probe_begin(&l->literal, path_hash(path)), 0};
}

static bool matching_next(matching *m, size_t *line)
{
	if (vv_hash_probe_next(&m->literal, line)) return true;
	if (m->next_other == m->list->other_count) return false;
	*line = m->list->others[m->next_other++];
	return true;
}

bool vv_attr_list_concerns(const vv_attr_list *l, const char *path)
{
	matching m = matching_begin(l, path);

	for (size_t i; matching_next(&m, &i);) {
		/* "[attr]name": a macro, which any other line may use. */
		if (l->lines[i].on && (strncmp(l->lines[i].pattern, "[attr]", 6) == 0 ||
				       line_matches(&l->lines[i], path))) {
			return true;
		}
	}
	return false;
}

bool vv_attr_list_names_like(const vv_attr_list *l, const char *path)
{
	const char *ext = vv_path_ext(path);

	return *ext && has_ending(&l->endings, ext);
}

/* .git/info/attributes takes precedence over all others, a deeper file over one above, a later line over
 * those before. */
static bool goes_over(const vv_attr_list *l, size_t a, size_t b)
{
	bool a_last = strncmp(l->lines[a].file, ".git/", 5) == 0;
	bool b_last = strncmp(l->lines[b].file, ".git/", 5) == 0;
	size_t a_deep = strlen(l->lines[a].folder), b_deep = strlen(l->lines[b].folder);

	if (a_last != b_last) return a_last;
	return a_deep != b_deep ? a_deep > b_deep : a > b;
}

size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path)
{
	matching m = matching_begin(l, path);
	size_t best = l->count;

	for (size_t i; matching_next(&m, &i);) {
		if (line_matches(&l->lines[i], path) &&
		    (best == l->count || goes_over(l, i, best))) {
			best = i;
		}
	}
	return best;
}

/* The line that may set a working-tree-encoding for the path, regardless of later ones about text; count: none. */
static size_t recoding_line(const vv_attr_list *l, const char *path)
{
	matching m = matching_begin(l, path);

	for (size_t i; matching_next(&m, &i);) {
		if (strstr(l->lines[i].attributes, "working-tree-encoding=") &&
		    line_matches(&l->lines[i], path)) {
			return i;
		}
	}
	return l->count;
}

bool vv_attr_beaten_recodes(const vv_attr_list *l, const char *path)
{
	return recoding_line(l, path) < l->count;
}

vv_status vv_attr_check_encoding(vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(char) *encoding = NULL;
	const vv_status rc = vv_attr_value(r, path, "working-tree-encoding", &encoding, err);

	if (rc == VV_ENOTFOUND) return vv_error_excuse(rc, true, err);
	if (rc < 0 || strcmp(encoding, "unset") == 0 || vv_ascii_equal(encoding, "UTF-8")) {
		return rc;
	}
	return vv_fail(
		err, VV_EREFUSED,
		"%s: the attribute working-tree-encoding=%s makes git convert the pointer of this table\n"
		"add '-working-tree-encoding' at the end of the table's own line in .gitattributes",
		vv_text_shows(path), encoding);
}

vv_status vv_attr_beaten_note(vv_attr_list *l, vv_repository *r, const char *path, vv_error *err)
{
	size_t line;
	bool tracked = false, beaten = false;
	vv_status rc;

	/* Reading the attributes themselves takes 50 us. */
	if (!vv_attr_list_concerns(l, path) ||
	    (line = vv_attr_list_deciding(l, path)) == l->count ||
	    (!l->lines[line].on && (line = recoding_line(l, path)) == l->count)) {
		return VV_OK;
	}
	if ((rc = vv_attr_tracked(r, path, &tracked, err)) < 0 || !tracked ||
	    (rc = vv_attr_changes_text(r, path, &beaten, err)) < 0 || !beaten) {
		return rc;
	}
	if (l->lines[line].datasets++ == 0 && !(l->lines[line].first = vv_strdup(path))) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

void vv_attr_beaten_put(const vv_attr_list *l, vv_buf *b)
{
	vv_array_each(l->lines, l->count, at) {
		if (at->datasets == 0) {
			continue;
		}
		vv_buf_printf(b, "%s:%u (%s %s) overrides -text for %s", vv_text_shows(at->file),
			      at->number, vv_text_shows(at->pattern), vv_text_shows(at->attributes),
			      vv_text_shows(at->first));
		if (at->datasets > 1) {
			vv_buf_printf(b, " and %s more", vv_text_count(at->datasets - 1));
		}
		vv_buf_putc(b, '\n');
	}
}

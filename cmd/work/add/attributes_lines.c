/*
 * attributes_lines: matching paths with lines.
 */
#include "cmd/work/add/attributes_lines.h"

#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"

static vv_status on_line(void *payload, const char *file, unsigned number, const char *pattern,
			 const char *attributes, vv_error *err)
{
	vv_attr_list *l = payload;
	vv_attr_list_line *at;
	/* .git/info/attributes speaks for the whole work tree. */
	size_t folder = strncmp(file, ".git/", 5) == 0 ? 0 : (size_t)(vv_path_base(file) - file);

	if (!vv_array_room(l->lines, l->count, l->cap)) {
		return vv_fail_nomem(err);
	}
	at = &l->lines[l->count++];
	at->file = vv_strdup(file);
	at->pattern = vv_strdup(pattern);
	at->folder = vv_strndup(file, folder);
	at->number = number;
	at->on = strstr(attributes, "filter=varve") != NULL;
	at->literal = !strpbrk(pattern, "*?[\\\"");
	at->attributes = vv_strdup(attributes);
	at->datasets = 0;
	at->first = NULL;
	return at->file && at->pattern && at->folder && at->attributes ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, vv_error *err)
{
	*out = (vv_attr_list){NULL, 0, 0};
	return vv_attr_lines(r, on_line, out, err);
}

static vv_status on_compared_line(void *payload, const char *file, unsigned number,
				  const char *pattern, const char *attributes, vv_error *err)
{
	vv_attr_list *l = payload;
	vv_status rc = on_line(payload, file, number, pattern, attributes, err);

	if (rc == VV_OK) {
		l->lines[l->count - 1].on = true;
	}
	return rc;
}

vv_status vv_attr_list_read_compared(vv_attr_list *out, vv_repository *r, vv_error *err)
{
	*out = (vv_attr_list){NULL, 0, 0};
	return vv_attr_compared_lines(r, on_compared_line, out, err);
}

void vv_attr_list_clear(vv_attr_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		vv_free(l->lines[i].file);
		vv_free(l->lines[i].pattern);
		vv_free(l->lines[i].folder);
		vv_free(l->lines[i].attributes);
		vv_free(l->lines[i].first);
	}
	vv_free(l->lines);
	*l = (vv_attr_list){NULL, 0, 0};
}

static bool line_matches(const vv_attr_list_line *at, const char *path)
{
	const char *pattern = at->pattern;
	size_t above = strlen(at->folder);

	if (strncmp(path, at->folder, above) != 0) {
		return false;
	}
	if (strchr(pattern, '/')) {
		path += above;
		pattern += pattern[0] == '/';
	} else {
		path = vv_path_base(path);
	}
	return at->literal ? strcmp(pattern, path) == 0 : vv_path_match(pattern, path);
}

bool vv_attr_list_concerns(const vv_attr_list *l, const char *path)
{
	for (size_t i = 0; i < l->count; i++) {
		/* "[attr]name": a macro, which any other line may use. */
		if (l->lines[i].on && (strncmp(l->lines[i].pattern, "[attr]", 6) == 0 ||
				       line_matches(&l->lines[i], path))) {
			return true;
		}
	}
	return false;
}

size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path)
{
	size_t best = l->count;

	for (size_t i = 0; i < l->count; i++) {
		/* .git/info/attributes, which comes last, goes over all others. */
		if (line_matches(&l->lines[i], path) &&
		    (best == l->count || strncmp(l->lines[i].file, ".git/", 5) == 0 ||
		     strlen(l->lines[i].folder) >= strlen(l->lines[best].folder))) {
			best = i;
		}
	}
	return best;
}

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

static vv_status on_text_line(void *payload, const char *file, unsigned number, const char *pattern,
			      const char *attributes, vv_error *err)
{
	vv_attr_list *l = payload;
	vv_status rc = on_line(payload, file, number, pattern, attributes, err);

	if (rc == VV_OK) {
		l->lines[l->count - 1].on = !says_binary(attributes);
	}
	return rc;
}

vv_status vv_attr_beaten_read(vv_attr_list *out, vv_repository *r, const vv_index *x, vv_error *err)
{
	*out = (vv_attr_list){NULL, 0, 0};
	return vv_attr_text_lines(r, x, on_text_line, out, err);
}

vv_status vv_attr_beaten_note(vv_attr_list *l, vv_repository *r, const char *path, vv_error *err)
{
	size_t line;
	bool tracked = false, beaten = false;
	vv_status rc;

	/* The attributes themselves take 50 us to ask. */
	if (!vv_attr_list_concerns(l, path) ||
	    (line = vv_attr_list_deciding(l, path)) == l->count || !l->lines[line].on) {
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
	for (size_t i = 0; i < l->count; i++) {
		const vv_attr_list_line *at = &l->lines[i];

		if (at->datasets == 0) {
			continue;
		}
		vv_buf_printf(b, "%s:%u (%s %s) beats -text for %s", vv_text_shows(at->file),
			      at->number, vv_text_shows(at->pattern), vv_text_shows(at->attributes),
			      vv_text_shows(at->first));
		if (at->datasets > 1) {
			vv_buf_printf(b, " and %s more", vv_text_count(at->datasets - 1));
		}
		vv_buf_putc(b, '\n');
	}
}

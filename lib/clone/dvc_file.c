/*
 * dvc_file: reads the few forms of YAML that DVC writes; others count as odd.
 */
#include "lib/clone/dvc_file.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/codec.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"

#define LOCK_INDENT 4u /* of "outs:" in a stage of a lock */

typedef struct reader {
	vv_dvc_file *d;
	bool lock, stages; /* stages: in them, or not a lock */
	bool outs;         /* below "outs:", */
	size_t base;       /* the existing path; */
	size_t item;       /* its current item; SIZE_MAX: none yet */
	bool long_key;     /* the line before began a value that may continue */
	vv_buf wdir;
	bool failed;
} reader;

void vv_dvc_file_clear(vv_dvc_file *d)
{
	vv_array_clear(d->outs, d->count, it, vv_buf_clear(&it->path));
	*d = (vv_dvc_file){NULL, 0, 0, false};
}

static vv_dvc_out *new_out(vv_dvc_file *d)
{
	return vv_array_add(d->outs, d->count, d->cap,
			    (vv_dvc_out){.path = VV_BUF_INIT, .kept = true})
		       ? &d->outs[d->count - 1]
		       : NULL;
}

/* --- scalars --- */

/* The value of "key: value" in a line; NULL: it has another key. */
static const char *value_of(const char *line, size_t len, const char *key, size_t *value_len)
{
	size_t key_len = strlen(key);

	if (len < key_len + 1 || memcmp(line, key, key_len) != 0 || line[key_len] != ':') {
		return NULL;
	}
	line += key_len + 1;
	len -= key_len + 1;
	while (len > 0 && *line == ' ') {
		line++;
		len--;
	}
	*value_len = len;
	return line;
}

/* A plain scalar, or one in quotes. */
static bool take_scalar(vv_buf *out, const char *value, size_t len)
{
	const char quote = len >= 2 && (*value == '\'' || *value == '"') ? *value : '\0';

	if (quote) {
		if (value[len - 1] != quote) return false;
		value++;
		len -= 2;
	} else if (len == 0 || strchr("&*!|>%@`{[#", value[0]) || strchr("'\"", value[0])) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		const bool twice = quote == '\'' && value[i] == '\'';

		if (!value[i] || (quote == '"' && (value[i] == '\\' || value[i] == '"')) ||
		    (twice && (i + 1 == len || value[i + 1] != '\'')) ||
		    (!quote && value[i] == '#' && value[i - 1] == ' ')) {
			return false;
		}
		vv_buf_putc(out, value[i]);
		i += twice;
	}
	return out->len > 0;
}

/* Appends "x/../a/./b" as "a/b"; false: it leads out of the folder. */
static bool put_path(vv_buf *out, const char *path)
{
	const size_t len = strlen(path);
	size_t depth = 0;

	if (*path == '/' || vv_path_is_absolute(path)) return false;
	if (len == 0 || strstr(path, "://")) return false;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(path + at, '/', len - at);
		const size_t part = end ? (size_t)(end - path) - at : len - at;

		if (part == 2 && memcmp(path + at, "..", 2) == 0) {
			const char *last = out->len > 0 ? strrchr(out->data, '/') : NULL;

			if (out->len == 0) return false;
			out->len = last ? (size_t)(last - out->data) : 0;
			out->data[out->len] = '\0';
		} else if (part > 0 && !(part == 1 && path[at] == '.')) {
			if (out->len > 0) {
				vv_buf_putc(out, '/');
			}
			vv_buf_put(out, path + at, part);
			depth++;
		}
		at += part + 1;
	}
	return depth <= VV_DVC_DEPTH_MAX;
}

static bool take_md5(vv_dvc_out *o, const char *value, size_t len)
{
	o->folder = len == VV_MD5_TEXT + 4 && memcmp(value + VV_MD5_TEXT, ".dir", 4) == 0;
	if (*o->md5 || (len != VV_MD5_TEXT && !o->folder) || !vv_hex_is_lower(value, VV_MD5_TEXT)) {
		return false;
	}
	memcpy(o->md5, value, VV_MD5_TEXT);
	return true;
}

/* --- lines --- */

static bool is_word(const char *value, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(value, word, len) == 0;
}

/* A key of an item. */
static void take_key(reader *r, vv_dvc_out *o, const char *line, size_t len)
{
	const char *value;
	size_t n;

	r->long_key = false;
	if ((value = value_of(line, len, "md5", &n))) {
		r->d->odd = !take_md5(o, value, n) || r->d->odd;
		r->long_key = true;
	} else if ((value = value_of(line, len, "path", &n))) {
		r->d->odd = o->path.len > 0 || !take_scalar(&o->path, value, n) || r->d->odd;
		r->long_key = true;
	} else if ((value = value_of(line, len, "hash", &n))) {
		r->d->odd = !is_word(value, n, "md5") || r->d->odd;
	} else if ((value = value_of(line, len, "cache", &n))) {
		o->kept = !is_word(value, n, "false");
	}
}

static void begin_outs(reader *r, size_t indent)
{
	r->outs = true;
	r->base = indent;
	r->item = SIZE_MAX;
	r->long_key = false;
}

/* A line that no list of outputs has. */
static void take_other(reader *r, const char *line, size_t len, size_t indent)
{
	const char *value;
	size_t n;

	r->outs = false;
	if (r->lock && indent == 0) {
		r->stages = is_word(line, len, "stages:");
	} else if (!r->lock && indent == 0 && (value = value_of(line, len, "wdir", &n))) {
		r->d->odd = r->wdir.len > 0 || !take_scalar(&r->wdir, value, n) || r->d->odd;
	}
	if (r->stages && indent == (r->lock ? LOCK_INDENT : 0)) {
		if (is_word(line, len, "outs:")) {
			begin_outs(r, indent);
		} else if (len > 5 && memcmp(line, "outs:", 5) == 0) {
			r->d->odd = r->d->odd || !is_word(line, len, "outs: []");
		}
	}
}

static void take_line(reader *r, const char *line, size_t len)
{
	size_t indent = 0;

	while (indent < len && line[indent] == ' ') {
		indent++;
	}
	line += indent;
	len -= indent;
	if (len == 0 || *line == '#') return;
	if (r->outs && *line == '-' && len > 2 && line[1] == ' ' && indent >= r->base &&
	    (r->item == SIZE_MAX || indent == r->item)) {
		r->item = indent;
		r->failed = !new_out(r->d) || r->failed;
		line += 2;
		len -= 2;
		indent += 2;
	} else if (!r->outs || indent <= r->base || r->item == SIZE_MAX) {
		take_other(r, line, len, indent);
		return;
	}
	if (r->failed) return;
	if (indent == r->item + 2) {
		take_key(r, &r->d->outs[r->d->count - 1], line, len);
	} else {
		r->d->odd = r->long_key || r->d->odd; /* the value continues */
	}
}

/* The paths behind wdir; outputs that lack a part are odd. */
static vv_status finish_outs(reader *r, vv_error *err)
{
	vv_array_each(r->d->outs, r->d->count, o) {
		vv_auto(vv_buf) path = VV_BUF_INIT;

		if ((r->wdir.len > 0 && !put_path(&path, r->wdir.data)) ||
		    !put_path(&path, vv_buf_cstr(&o->path)) || path.len == 0 ||
		    (o->kept && !*o->md5)) {
			r->d->odd = true;
		}
		vv_buf_clear(&o->path);
		o->path = path;
		path = (vv_buf)VV_BUF_INIT;
		if (o->path.failed) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_dvc_file_read(vv_dvc_file *out, const char *text, size_t len, bool lock, vv_error *err)
{
	reader r = {.d = out, .lock = lock, .stages = !lock, .wdir = VV_BUF_INIT};
	const char *end = text + len;

	for (const char *p = text, *next; p < end && !r.failed; p = next) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t line = (size_t)((eol ? eol : end) - p);

		next = eol ? eol + 1 : end;
		while (line > 0 && (p[line - 1] == '\r' || p[line - 1] == ' ')) {
			line--;
		}
		take_line(&r, p, line);
	}
	vv_status rc = r.failed || r.wdir.failed ? vv_fail_nomem(err) : finish_outs(&r, err);
	out->odd = out->odd || (!lock && out->count == 0);
	vv_buf_clear(&r.wdir);
	return rc;
}

vv_status vv_dvc_list_read(vv_dvc_file *out, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *list;
	vv_status rc = vv_json_read(&list, &arena, text, len, "the list of a folder of DVC", err);

	if (rc < 0) return rc;
	out->odd = list->type != VV_JSON_ARRAY;
	for (const vv_json *e = list->first; e && !out->odd; e = e->next) {
		const char *path = vv_json_get_string(e, "relpath"),
			   *md5 = vv_json_get_string(e, "md5");
		vv_dvc_out *o = new_out(out);

		if (!o) return vv_fail_nomem(err);
		out->odd = !path || !md5 || !put_path(&o->path, path) ||
			   !take_md5(o, md5, strlen(md5)) || o->folder;
		if (o->path.failed) return vv_fail_nomem(err);
	}
	return VV_OK;
}

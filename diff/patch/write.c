/*
 * write: knows the frame of a patch: its first and last lines, and what a section says of both
 * versions before the rows.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/patch_internal.h"

/* --- lines ---------------------------------------------------------------------- */

vv_status patch_out_open(patch_out *o, vv_write_fn write, void *payload, vv_error *err)
{
	*o = (patch_out){.write = write, .payload = payload, .hash = vv_xxh3_new(0)};
	return o->hash ? VV_OK : vv_fail_nomem(err);
}

void patch_out_close(patch_out *o)
{
	vv_buf_clear(&o->line);
	vv_xxh3_free(o->hash);
}

vv_status patch_out_line(patch_out *o, vv_error *err)
{
	vv_buf_putc(&o->line, '\n');
	vv_status rc = vv_buf_ok(&o->line, err);
	if (rc == VV_OK && o->line.len > PATCH_LINE_MAX) {
		vv_fail(err, VV_EREFUSED, "a row is too long for a patch (more than %zu MiB)",
			PATCH_LINE_MAX >> 20);
		return vv_hint(err, "exchange the whole version: 'varve push', 'varve fetch'");
	}
	if (rc == VV_OK) {
		vv_xxh3_update(o->hash, o->line.data, o->line.len);
		rc = o->write(o->payload, o->line.data, o->line.len, err);
	}
	vv_buf_reset(&o->line);
	return rc;
}

vv_status patch_out_end(patch_out *o, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(o->hash);
	vv_buf_printf(
		&o->line,
		"{\"end\":{\"changed\":%llu,\"removed\":%llu,\"added\":%llu,\"moved\":%llu,\"xxh3\":\"%016llx%016llx\"}}",
		(unsigned long long)o->counts[PATCH_CHANGE],
		(unsigned long long)o->counts[PATCH_REMOVE],
		(unsigned long long)o->counts[PATCH_ADD],
		(unsigned long long)o->counts[PATCH_ARRIVE], (unsigned long long)h.hi,
		(unsigned long long)h.lo);
	return patch_out_line(o, err);
}

/* --- head of a section ---------------------------------------------------------- */

static void put_side(vv_buf *out, const char *name, const vv_table *t)
{
	char cid[VV_CID_TEXT + 1];
	vv_buf_printf(out, ",\"%s\":", name);
	if (!t) {
		vv_buf_puts(out, "null");
		return;
	}
	vv_cid_text(cid, &t->cid);
	vv_buf_printf(out, "{\"root\":\"%s\",\"kind\":\"%s\"", cid,
		      t->root.kind == VV_KIND_TABLE ? "table" : "file");
	if (t->root.kind == VV_KIND_TABLE) {
		vv_buf_printf(out, ",\"rows\":%llu", (unsigned long long)t->root.rows);
	}
	vv_buf_printf(out, ",\"bytes\":%llu}", (unsigned long long)t->root.bytes);
}

static vv_status put_paths(patch_out *o, const vv_patch_write_options *opts, const vv_table *a,
			   const vv_table *b, vv_error *err)
{
	vv_buf_puts(&o->line, "{\"path\":");
	patch_put_bytes(&o->line, opts->path, strlen(opts->path));
	if (opts->old_path && strcmp(opts->old_path, opts->path) != 0) {
		vv_buf_puts(&o->line, ",\"oldPath\":");
		patch_put_bytes(&o->line, opts->old_path, strlen(opts->old_path));
	}
	put_side(&o->line, "old", a);
	put_side(&o->line, "new", b);
	vv_buf_putc(&o->line, '}');
	return patch_out_line(o, err);
}

/* "old" and "new" of one line; the new one is left out where it is the same. */
static void put_both(patch_out *o, const vv_table *a, const vv_table *b,
		     void (*put)(vv_buf *, const vv_root *))
{
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT;
	if (a) {
		put(&x, &a->root);
		vv_buf_puts(&o->line, "\"old\":");
		vv_buf_put(&o->line, x.data, x.len);
	}
	if (b) {
		put(&y, &b->root);
		if (!a || x.len != y.len || memcmp(x.data, y.data, x.len) != 0) {
			vv_buf_puts(&o->line, a ? ",\"new\":" : "\"new\":");
			vv_buf_put(&o->line, y.data, y.len);
		}
	}
	o->line.failed |= x.failed || y.failed;
	vv_buf_clear(&x);
	vv_buf_clear(&y);
}

static void put_form_of(vv_buf *out, const vv_root *r)
{
	patch_put_dialect(out, &r->dialect);
}

static vv_status put_columns_line(patch_out *o, const vv_table *a, const vv_table *b,
				  const vv_columns *c, const size_t *identity, size_t count,
				  vv_error *err)
{
	vv_buf_puts(&o->line, "{\"columns\":{");
	put_both(o, a, b, patch_put_columns);
	if (c) {
		vv_buf_puts(&o->line, ",\"pairs\":[");
		for (size_t i = 0; i < c->count; i++) {
			long x = c->pairs[i].a, y = c->pairs[i].b;
			vv_buf_puts(&o->line, i > 0 ? ",[" : "[");
			x < 0 ? vv_buf_puts(&o->line, "null") : vv_buf_printf(&o->line, "%ld", x);
			y < 0 ? vv_buf_puts(&o->line, ",null]")
			      : vv_buf_printf(&o->line, ",%ld]", y);
		}
		vv_buf_puts(&o->line, "]");
	}
	vv_buf_puts(&o->line, ",\"identity\":[");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&o->line, "%s%zu", i > 0 ? "," : "", identity[i]);
	}
	vv_buf_puts(&o->line, "]}}");
	return patch_out_line(o, err);
}

static vv_status put_form_line(patch_out *o, const vv_table *a, const vv_table *b, vv_error *err)
{
	vv_buf_puts(&o->line, "{\"form\":{");
	put_both(o, a, b, put_form_of);
	vv_buf_puts(&o->line, "}}");
	return patch_out_line(o, err);
}

/* --- which columns tell rows apart ----------------------------------------------- */

/* The pairs that hold the key; where a column of it is not in both versions: none. */
static vv_status find_identity(const vv_table *a, const vv_table *b, const vv_columns *c,
			       const char *const *key, size_t **out, size_t *count, vv_error *err)
{
	const vv_table *t = b ? b : a;
	const char *const *names = key ? key : (const char *const *)t->root.key;
	size_t n = 0;
	*count = 0;
	while (names && names[n]) {
		n++;
	}
	bool own = !key && a && b;
	*out = vv_calloc(n + 1, sizeof(**out));
	if (!*out) {
		return vv_fail_nomem(err);
	}
	if (own && a->root.key_count != b->root.key_count) {
		return VV_OK;
	}
	for (size_t i = 0; i < n; i++) {
		long at = vv_schema_find(&t->schema, names[i], strlen(names[i]));
		if (!c && at >= 0) {
			(*out)[i] = (size_t)at;
			continue;
		}
		size_t p = 0;
		while (c && p < c->count &&
		       (c->pairs[p].a < 0 || c->pairs[p].b < 0 || c->pairs[p].b != at)) {
			p++;
		}
		if (!c || p == c->count ||
		    (own && strcmp(a->root.key[i], a->schema.fields[c->pairs[p].a].name) != 0)) {
			return VV_OK;
		}
		(*out)[i] = p;
	}
	*count = n;
	return VV_OK;
}

/* --- sections ---------------------------------------------------------------------- */

static vv_status write_rows(patch_out *o, vv_table *a, vv_table *b,
			    const vv_patch_write_options *opts, vv_error *err)
{
	vv_columns own = {0};
	const vv_columns *c = opts->columns;
	size_t *identity = NULL, count = 0;
	vv_status rc = VV_OK;
	if (!a || !b) {
		c = NULL;
	} else if (!c) {
		const vv_columns_options co = {0};
		if ((rc = vv_columns_match(&own, a, b, &co, err)) < 0) {
			return rc;
		}
		c = &own;
	}
	if ((rc = find_identity(a, b, c, opts->key, &identity, &count, err)) < 0 ||
	    (rc = put_columns_line(o, a, b, c, identity, count, err)) < 0 ||
	    (rc = put_form_line(o, a, b, err)) < 0) {
		goto done;
	}
	if (a && b) {
		const patch_script_options so = {.columns = c,
						 .key = opts->key,
						 .temp_dir = opts->temp_dir,
						 .pool = opts->pool};
		rc = patch_script_write(o, a, b, &so, identity, count, err);
	} else {
		rc = patch_script_whole(o, a ? a : b, a ? 0 : 1, err);
	}
done:
	vv_free(identity);
	vv_columns_clear(&own);
	return rc;
}

static bool is_table(const vv_table *t)
{
	return !t || t->root.kind == VV_KIND_TABLE;
}

vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err)
{
	patch_out o;
	bool moved = opts->old_path && strcmp(opts->old_path, opts->path) != 0;
	vv_status rc;
	*written = (a || b) && !(a && b && vv_cid_equal(&a->cid, &b->cid) && !moved);
	if (!*written) {
		return VV_OK;
	}
	if ((rc = patch_out_open(&o, opts->write, opts->payload, err)) < 0 ||
	    (rc = put_paths(&o, opts, a, b, err)) < 0) {
		goto done;
	}
	rc = is_table(a) && is_table(b) ? write_rows(&o, a, b, opts, err)
					: patch_bytes_write(&o, a, b, err);
	if (rc == VV_OK) {
		rc = patch_out_end(&o, err);
	}
done:
	patch_out_close(&o);
	return rc;
}

/* --- the whole ------------------------------------------------------------------- */

static vv_status put_line(vv_write_fn write, void *payload, const char *member,
			  unsigned long long value, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "{\"%s\":%llu}\n", member, value);
	vv_status rc = vv_buf_ok(&b, err);
	if (rc == VV_OK) {
		rc = write(payload, b.data, b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err)
{
	return put_line(write, payload, "varve-patch", PATCH_VERSION, err);
}

vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err)
{
	return put_line(write, payload, "sections", sections, err);
}

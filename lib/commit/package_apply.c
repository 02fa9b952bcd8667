/*
 * package_apply: from a package's resource to a table's new root.
 */
#include "lib/commit/package_apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/list.h"
#include "dataset/schema/package.h"
#include "dataset/table/package_fit.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "repo/git/history/history.h"

enum { PACKAGE_MAX = 64 << 20 };

typedef struct describer {
	vv_repository *r;
	vv_index *x;
	vv_dataset_writer *s;
	vv_buf *warnings;
	vv_oid *blobs; /* pointers to be set, once their blobs are written */
	char **paths;
	size_t count, blob_cap, path_cap;
} describer;

static vv_status read_from_index(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	describer *d = payload;
	vv_index_entry e;

	if (!vv_index_get(d->x, path, &e)) {
		return vv_fail(err, VV_ENOTFOUND, "%s is not staged", vv_text_shows(path));
	}
	return vv_blob_read(d->r, &e.id, PACKAGE_MAX, out, err);
}

static vv_status add_path(describer *d, const char *path, const vv_oid *blob, vv_error *err)
{
	if (vv_array_find(d->paths, d->count, it, strcmp(*it, path) == 0)) return VV_OK;
	if (!vv_array_room(d->blobs, d->count, d->blob_cap) ||
	    !vv_array_room(d->paths, d->count, d->path_cap)) {
		return vv_fail_nomem(err);
	}
	d->paths[d->count] = vv_strdup(path);
	if (!d->paths[d->count]) return vv_fail_nomem(err);
	d->blobs[d->count++] = *blob;
	return VV_OK;
}

static vv_status new_root(describer *d, const char *path, vv_table *t, const vv_buf *schema,
			  const vv_schema *package, bool has_key, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT, pointer = VV_BUF_INIT;
	vv_sink sink;
	vv_auto(vv_root) root = {0};
	vv_cid cid;
	vv_oid blob;
	vv_status rc;

	if ((rc = vv_dataset_writer_sink(d->s, &sink, err)) < 0) return rc;
	rc = vv_table_reschema(&cid, t, &sink, schema->data, schema->len,
			       has_key ? (const char *const *)package->primary_key : NULL,
			       VV_KEY_PACKAGE, &block, err);
	if (rc < 0 || (rc = vv_root_decode(&root, block.data, block.len, err)) < 0 ||
	    (rc = vv_root_pointer(&pointer, &cid, &root, err)) < 0 ||
	    (rc = vv_blob_write(d->r, pointer.data, pointer.len, &blob, err)) < 0) {
		return rc;
	}
	return add_path(d, path, &blob, err);
}

static vv_status apply_resource(describer *d, const char *path, const vv_package_resource *res,
				vv_table *t, vv_error *err)
{
	vv_auto(vv_schema) package = {0};
	vv_auto(vv_buf) schema = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (vv_package_other_dialect(&t->root, &res->hints)) {
		vv_buf_printf(
			d->warnings,
			"the dialect of %s in %s differs from the one that the file was read with",
			vv_text_shows(path), vv_text_shows(res->package_path));
		(void)vv_hint_put(d->warnings, "; ", vv_repository_words(d->r), VV_HINT_ADD, path);
		vv_buf_putc(d->warnings, '\n');
	}
	if (res->schema.len == 0) return rc;
	if ((rc = vv_schema_read(&package, res->schema.data, res->schema.len, res->package_path,
				 err)) < 0 ||
	    (rc = vv_package_fit_schema(&schema, t, &package, res, err)) < 0) {
		return rc;
	}
	if (vv_package_same_schema(&t->root, &schema, res->has_key ? &package : NULL)) return rc;
	rc = new_root(d, path, t, &schema, &package, res->has_key, err);
	if (rc < 0) {
		vv_prefix(err, "%s: %s", vv_text_shows(res->package_path), vv_text_shows(path));
	}
	return rc;
}

/* One path that a package describes: nothing to do unless it is a staged table. */
static vv_status describe_path(describer *d, const char *path, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_package_resource) res = {0};
	vv_index_entry e;
	vv_pointer pointer;
	vv_auto(vv_table) t = {0};

	if (!vv_index_get(d->x, path, &e)) return VV_OK;
	vv_status rc = vv_dataset_reader_pointer(vv_dataset_writer_reader(d->s), &e.id, &arena,
						 &pointer, err);
	if (rc == VV_EINPUT || rc == VV_EREFUSED ||
	    (rc == VV_OK && strcmp(pointer.kind, "table") != 0)) {
		return VV_OK;
	}
	if (rc < 0 || (rc = vv_package_find(&res, path, read_from_index, d, err)) < 0) {
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	rc = vv_dataset_open_stored(&t, d->r, &pointer.root, err);
	if (rc == VV_OK) {
		rc = apply_resource(d, path, &res, &t, err);
	} else if (rc == VV_EMISSING) {
		vv_prefix(err, "%s describes %s", vv_text_shows(res.package_path),
			  vv_text_shows(path));
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status describe_package(describer *d, const char *package, vv_error *err)
{
	vv_auto(vv_buf) json = VV_BUF_INIT;
	vv_auto(vv_string_list) paths = {0};
	vv_status rc = read_from_index(d, package, &json, err);

	if (rc == VV_OK) {
		rc = vv_package_paths(&paths.items, &paths.count, package, vv_buf_cstr(&json),
				      json.len, err);
	}
	for (size_t i = 0; i < paths.count && rc == VV_OK; i++) {
		rc = describe_path(d, paths.items[i], err);
	}
	return rc;
}

/* The file is the same, so its entry keeps the stat where that is known to fit. */
static vv_status set_entry(describer *d, const char *path, const vv_oid *blob, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_index_entry e;
	vv_stat st, *known = NULL;

	if (vv_index_is_tree(d->x)) {
		return vv_index_get(d->x, path, &e)
			       ? vv_index_set(d->x, path, e.mode, blob, NULL, err)
			       : VV_OK;
	}
	if (!(file = vv_repository_file(d->r, path))) return vv_fail_nomem(err);
	if (vv_index_get(d->x, path, &e) && vv_lstat(&st, file, NULL) == VV_OK &&
	    vv_index_stat_clean(d->x, &e, &st)) {
		known = &st;
	}
	vv_status rc = vv_index_set(d->x, path, e.mode, blob, known, err);
	vv_stat_cache_drop(vv_dataset_reader_parts(vv_dataset_writer_reader(d->s))->stats, path);
	return rc;
}

/* The packages that a changed JSON file may belong to: in its folder and above. */
static vv_status describe_above(describer *d, const char *path, vv_error *err)
{
	vv_auto(vv_buf) package = VV_BUF_INIT;
	vv_index_entry e;
	vv_status rc = VV_OK;
	size_t len = strlen(path);

	while (rc == VV_OK && len > 0) {
		while (len > 0 && path[len - 1] != '/') {
			len--;
		}
		vv_buf_set(&package, path, len);
		vv_buf_puts(&package, "datapackage.json");
		if ((rc = vv_buf_ok(&package, err)) == VV_OK &&
		    vv_index_get(d->x, package.data, &e)) {
			rc = describe_package(d, package.data, err);
		}
		len -= len > 0;
	}
	return rc;
}

/* Index entries are set in memory; warnings: one line each. */
static vv_status describe_staged(vv_repository *r, vv_index *x, vv_dataset_writer *s,
				 const vv_changes *changes, char ***paths, size_t *count,
				 vv_buf *warnings, vv_error *err)
{
	describer d = {.r = r, .x = x, .s = s, .warnings = warnings};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < changes->count && rc == VV_OK; i++) {
		const vv_change_entry *e = &changes->entries[i];
		if (e->index_mode != 0 && strchr("AMR", e->staged) &&
		    strcmp(vv_path_ext(e->path), "json") == 0) {
			rc = describe_above(&d, e->path, err);
		}
	}
	for (size_t i = 0; i < d.count && rc == VV_OK; i++) {
		rc = set_entry(&d, d.paths[i], &d.blobs[i], err);
	}
	vv_free(d.blobs);
	*paths = d.paths;
	*count = d.count;
	return rc;
}

vv_status vv_describe_for_commit(vv_repository *r, vv_index *x, vv_dataset_writer *s,
				 const vv_changes *changes, char ***paths, size_t *count,
				 vv_error *err)
{
	vv_auto(vv_buf) warnings = VV_BUF_INIT;
	vv_status rc = describe_staged(r, x, s, changes, paths, count, &warnings, err);

	for (vv_line l = {.rest = vv_buf_cstr(&warnings)}; rc == VV_OK && vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(r), "%.*s", (int)l.len, l.text);
	}
	if (vv_index_is_tree(x)) { /* it is never written, and the branch comes next */
		return rc < 0 || *count == 0 ? rc : vv_dataset_writer_commit(s, err);
	}
	if (rc == VV_OK && *count > 0) {
		rc = vv_dataset_writer_index(s, x, err);
	}
	vv_dataset_writer_release(s);
	return rc;
}

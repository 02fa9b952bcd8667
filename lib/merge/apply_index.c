/*
 * apply_index: how bytes become versions in the index, and which three versions a
 * patch that does not fit is merged from.
 */
#include "lib/merge/apply_index.h"

#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/write/change_words.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/merge/conflict_state.h"

void vv_apply_index_init(vv_apply_index *a, vv_apply_files *files, vv_dataset_writer *writer,
			 vv_checkout *checkout)
{
	*a = (vv_apply_index){.files = files, .writer = writer, .checkout = checkout};
}

void vv_apply_index_clear(vv_apply_index *a)
{
	vv_names_free(a->missed, a->missed_count);
	vv_array_clear(a->merged, a->count, it,
		       (vv_free(it->path), vv_dataset_merged_clear(&it->out)));
	memset(a, 0, sizeof(*a));
}

vv_status vv_apply_index_miss(vv_apply_index *a, const char *path, vv_error *err)
{
	if (vv_text_is_among(path, VV_TEXTS(a->missed), a->missed_count)) return VV_OK;
	char **items = vv_realloc_array(a->missed, a->missed_count + 1, sizeof(*items));
	if (!items) return vv_fail_nomem(err);
	a->missed = items;
	if (!(items[a->missed_count] = vv_strdup(path))) return vv_fail_nomem(err);
	a->missed_count++;
	return VV_OK;
}

/* --- bytes as a version ------------------------------------------------------------------ */

static vv_status put_pointer(vv_repository *r, const vv_cid *cid, const vv_root *root, vv_oid *blob,
			     vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_root_pointer(&text, cid, root, err);

	return rc < 0 ? rc : vv_blob_write(r, vv_buf_cstr(&text), text.len, blob, err);
}

static vv_status open_made(const vv_apply_file *e, vv_source *source, vv_fd_source *storage,
			   int *fd, vv_error *err)
{
	vv_stat st;
	vv_status rc;

	*fd = vv_open(e->temp, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (*fd < 0) return (vv_status)*fd;
	if ((rc = vv_fstat(&st, *fd, e->temp, err)) < 0) return rc;
	vv_source_fd(source, storage, *fd, e->path, st.size);
	return VV_OK;
}

/* The next version of a dataset, as `add` makes it. */
static vv_status stage_made(vv_apply_index *a, const vv_apply_file *e, bool has_parent,
			    vv_oid *blob, vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer parent;
	vv_auto(vv_dataset_found) staged = {0};
	vv_fd_source storage;
	vv_source source;
	vv_auto(vv_fd) fd = -1;
	vv_status rc = VV_OK;

	if (has_parent &&
	    (rc = vv_dataset_reader_pointer(vv_dataset_writer_reader(a->writer), &e->blob, &arena,
					    &parent, err)) == VV_OK) {
		opts.parent = &parent;
	}
	if (rc == VV_OK && (rc = open_made(e, &source, &storage, &fd, err)) == VV_OK &&
	    (rc = vv_dataset_writer_stream(a->writer, e->path, &source, &opts, &staged, err)) ==
		    VV_OK) {
		rc = vv_blob_write(a->files->repo, vv_buf_cstr(&staged.pointer), staged.pointer.len,
				   blob, err);
	}
	return rc;
}

/* Imports the patched bytes as the version in the patch. old: the version in the index; NULL: none. */
static vv_status import_as(vv_apply_index *a, const vv_apply_file *e, const vv_root *as,
			   const vv_cid *old, vv_oid *blob, vv_error *err)
{
	vv_import_options io = {
		.kind = as->kind,
		.hints = VV_SNIFF_HINTS_INIT,
		.as = as,
		.parent = as,
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(a->writer))};
	vv_auto(vv_fd) fd = -1;
	vv_auto(vv_import_result) r = {0};
	vv_auto(vv_table) known = {0};
	vv_auto(vv_scan_cache) *cache = NULL;
	vv_fd_source storage;
	vv_source source;
	vv_sink sink;
	vv_status rc;

	if (old) {
		if ((rc = vv_dataset_open_stored(&known, a->files->repo, old, err)) < 0 ||
		    (rc = vv_dataset_reader_scan_cache(vv_dataset_writer_reader(a->writer), e->path,
						       old, &cache, &io.secret, err)) < 0) {
			return rc;
		}
		vv_import_reuse(&io, &known.root, cache);
	}
	if ((rc = vv_dataset_writer_sink(a->writer, &sink, err)) < 0 ||
	    (rc = open_made(e, &source, &storage, &fd, err)) < 0 ||
	    (rc = vv_import(&r, &source, &sink, &io, err)) < 0) {
		return rc;
	}
	return put_pointer(a->files->repo, &r.cid, &r.root, blob, err);
}

/* Did the index have exactly the patch's old version? Then it gets exactly the new one, including
 * types and key. */
static vv_status is_patch_s_own(vv_apply_index *a, const vv_apply_file *e, const vv_patch_done *d,
				bool had, bool *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc = VV_OK;

	*out = d->exact && d->as && (!d->old_root || e->exists);
	if (*out && had && d->old_root &&
	    (rc = vv_dataset_reader_pointer(vv_dataset_writer_reader(a->writer), &e->blob, &arena,
					    &p, err)) == VV_OK) {
		*out = vv_cid_equal(&p.root, d->old_root);
	}
	return rc;
}

vv_status vv_apply_index_put(vv_apply_index *a, const vv_patch_done *d, vv_error *err)
{
	vv_apply_file *e = vv_apply_files_find(a->files, d->path);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const bool had = e->exists && !vv_oid_is_empty_blob(&e->blob);
	bool dataset = false, own = false;
	vv_status rc = VV_OK;

	if (d->removed) return VV_OK;
	rc = had ? vv_dataset_reader_is_pointer(vv_dataset_writer_reader(a->writer), &e->blob,
						&dataset, err)
		 : vv_attr_tracked(a->files->repo, e->path, &dataset, err);
	if (rc < 0) return rc;
	if (dataset) {
		const vv_cid *old = had ? d->old_root : NULL;

		if ((rc = is_patch_s_own(a, e, d, had, &own, err)) < 0) return rc;
		return own ? import_as(a, e, d->as, old, &e->blob, err)
			   : stage_made(a, e, had, &e->blob, err);
	}
	if ((rc = vv_read_regular(&text, e->temp, SIZE_MAX, err)) == VV_OK) {
		rc = vv_blob_write(a->files->repo, vv_buf_cstr(&text), text.len, &e->blob, err);
	}
	return rc;
}

/* --- merging ------------------------------------------------------------------------------- */

static vv_apply_merged *last_merged(const vv_apply_index *a)
{
	return &a->merged[a->count - 1];
}

static vv_status append_merged(vv_apply_index *a, const char *path, vv_error *err)
{
	if (!vv_array_room(a->merged, a->count, a->cap)) return vv_fail_nomem(err);
	vv_apply_merged *m = &a->merged[a->count];
	memset(m, 0, sizeof(*m));
	a->count++;
	return (m->path = vv_strdup(path)) ? VV_OK : vv_fail_nomem(err);
}

/* The version that the patch was made from, out of the store. */
static vv_status open_version(void *payload, const char *path, const vv_cid *root, vv_table *out,
			      bool *exists, vv_error *err)
{
	vv_apply_index *a = payload;
	vv_apply_file *e = vv_apply_files_find(a->files, path);
	vv_status rc;

	*exists = e && vv_text_is_among(path, VV_TEXTS(a->missed), a->missed_count);
	if (!*exists) return VV_OK;
	if (!e->exists) {
		return vv_fail(err, VV_ECONFLICT,
			       "'%s' does not exist, so the patch cannot be merged with it",
			       vv_text_shows(e->path));
	}
	if ((rc = append_merged(a, e->path, err)) < 0) return rc;
	last_merged(a)->sides[VV_OURS] = (vv_index_side){e->mode, e->blob};
	if (!root) return VV_OK;
	if ((rc = vv_dataset_open(out, a->files->repo, root, err)) < 0) {
		if (rc == VV_EMISSING) {
			vv_prefix(err, "%s: the version that the patch was made from",
				  vv_text_shows(e->path));
			vv_hint(err,
				"fetch that version from another repository, or use --reject in place of --3way");
		}
		return rc;
	}
	last_merged(a)->sides[VV_BASE].mode = e->mode;
	rc = put_pointer(a->files->repo, root, &out->root, &last_merged(a)->sides[VV_BASE].id, err);
	if (rc < 0) {
		vv_table_close(out);
	}
	return rc;
}

/* The version that the patch makes, which is stored, as the other side. */
static vv_status take_theirs(vv_apply_index *a, const vv_cid *root, vv_error *err)
{
	vv_index_side *side = &last_merged(a)->sides[VV_THEIRS];
	vv_auto(vv_table) t = {0};
	vv_status rc;

	side->mode = last_merged(a)->sides[VV_OURS].mode;
	if ((rc = vv_dataset_writer_commit(a->writer, err)) < 0 ||
	    (rc = vv_dataset_open(&t, a->files->repo, root, err)) < 0) {
		return rc;
	}
	return put_pointer(a->files->repo, root, &t.root, &side->id, err);
}

static vv_status merge_path(void *payload, const vv_patch_done *d, vv_error *err)
{
	vv_apply_index *a = payload;
	const char *why = NULL;

	if (d->removed) {
		why = "removes it";
	} else if (d->old_path && strcmp(d->path, d->old_path) != 0) {
		why = "renames it";
	}
	vv_apply_merged *m = last_merged(a);
	vv_dataset_merge in = {.repo = a->files->repo,
			       .writer = a->writer,
			       .path = m->path,
			       .names = {NULL, "the table", "the patch"}};
	vv_status rc;

	if (why) {
		return vv_fail(err, VV_ECONFLICT, "'%s' cannot be merged, as the patch %s",
			       vv_text_shows(m->path), why);
	}
	if ((rc = take_theirs(a, d->root, err)) < 0) return rc;
	memcpy(in.sides, m->sides, sizeof(in.sides));
	if ((rc = vv_dataset_merge_run(&m->out, &in, err)) == VV_OK) {
		a->conflicts += m->out.record.count > 0 || m->out.record.left_out > 0;
	}
	return rc;
}

vv_status vv_apply_index_merge(vv_apply_index *a, const vv_patch_source *patch,
			       const vv_patch_apply_options *opts, vv_error *err)
{
	const vv_patch_apply_options po = {.reverse = opts->reverse,
					   .mode = VV_PATCH_EXACT,
					   .version = open_version,
					   .keep = &a->made,
					   .done = merge_path,
					   .payload = a,
					   .temp_dir = opts->temp_dir,
					   .pool = opts->pool};
	vv_status rc;

	if ((rc = vv_dataset_writer_sink(a->writer, &a->made, err)) < 0 ||
	    (rc = patch->seek(patch->payload, 0, err)) < 0) {
		return rc;
	}
	return vv_patch_apply(patch, &po, err);
}

/* --- writing -------------------------------------------------------------------------------- */

static vv_status put_file(vv_apply_index *a, const vv_apply_file *e, vv_error *err)
{
	const uint32_t mode = e->exists ? e->mode : 0100644;
	vv_index *x = a->files->index;
	vv_status rc;

	if (e->removed) {
		rc = a->checkout ? vv_checkout_remove(a->checkout, e->path, err)
				 : vv_index_remove(x, e->path, err);
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	return a->checkout ? vv_checkout_write(a->checkout, e->path, mode, &e->blob, err)
			   : vv_index_set(x, e->path, mode, &e->blob, NULL, err);
}

static vv_status put_merged(vv_apply_index *a, const vv_apply_merged *m, vv_error *err)
{
	const vv_conflict_record *c = &m->out.record;
	vv_status rc = vv_checkout_write(a->checkout, m->path, m->out.result.mode,
					 &m->out.result.id, err);

	if (rc < 0 || (c->count == 0 && c->left_out == 0)) return rc;
	rc = vv_index_set_conflict(a->files->index, m->path, m->sides, err);
	return rc < 0 ? rc : vv_conflict_record_save(a->files->repo, c, err);
}

/* Records all changes in advance. */
static vv_status note_way_back(vv_apply_index *a, vv_way_back **out, vv_error *err)
{
	vv_apply_files *f = a->files;
	vv_status rc = vv_way_back_open(out, f->repo, "apply --3way", "applying a patch", err);

	if (rc < 0) return rc;
	vv_array_each(f->list, f->count, it) {
		if (it->changes &&
		    (rc = vv_way_back_path(*out, f->index, it->path, true, err)) < 0) {
			return rc;
		}
	}
	vv_array_each(a->merged, a->count, it) {
		if ((rc = vv_way_back_path(*out, f->index, it->path, true, err)) < 0) return rc;
	}
	return vv_way_back_ready(*out, err);
}

vv_status vv_apply_index_commit(vv_apply_index *a, vv_error *err)
{
	vv_apply_files *f = a->files;
	vv_way_back *back = NULL;
	vv_status rc;

	if ((rc = vv_dataset_writer_commit(a->writer, err)) < 0 ||
	    (rc = vv_repository_flush(f->repo, err)) < 0) {
		return rc;
	}
	rc = a->checkout ? note_way_back(a, &back, err) : VV_OK;
	for (size_t i = 0; rc == VV_OK && i < f->count; i++) {
		rc = f->list[i].changes ? put_file(a, &f->list[i], err) : VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < a->count; i++) {
		rc = put_merged(a, &a->merged[i], err);
	}
	rc = rc < 0 ? rc : vv_index_write(f->index, err);
	rc = vv_way_back_close(back, rc, err);
	vv_dataset_writer_release(a->writer);
	return rc;
}

void vv_apply_put_taken(vv_buf *out, const vv_merge_stats *s, const char *nothing)
{
	const size_t start = out->len;

	vv_counts_put(out, start, "", {s->cells_from_theirs, "cell", "cells"},
		      {s->rows_from_theirs, "new row", "new rows"},
		      {s->rows_removed_by_theirs, "row removed", "rows removed"});
	vv_buf_puts(out, out->len > start ? "" : nothing);
}

void vv_apply_index_describe(const vv_apply_index *a, vv_buf *out)
{
	vv_array_each(a->merged, a->count, m) {
		if (m->out.record.count > 0 || m->out.record.left_out > 0) {
			vv_conflict_record_report(out, &m->out.record, m->path, "",
						  vv_repository_words(a->files->repo));
		} else {
			vv_buf_printf(out, "%s: merged: ", vv_text_shows(m->path));
			vv_apply_put_taken(out, &m->out.stats, "done");
			vv_buf_putc(out, '\n');
		}
	}
}

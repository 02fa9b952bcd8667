/*
 * dataset_reader: finds the table at a path of a repository, for all commands, without reading the
 * file where possible.
 */
#include "lib/tables/dataset_reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/file_text.h"
#include "dataset/read/scan_cache.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/package.h"
#include "dataset/table/file_order.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/package_fit.h"
#include "dataset/table/table.h"
#include "lib/tables/dataset_reader_internal.h"
#include "lib/tables/known_bytes.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/tree.h"

#define PACKAGE_MAX ((size_t)64 << 20)

vv_status dataset_reader_open_index(vv_dataset_reader *r, vv_error *err)
{
	return r->index ? VV_OK : vv_index_open(&r->index, r->parts.repo, err);
}

void vv_dataset_reader_lend_index(vv_dataset_reader *r, vv_index *x_or_null)
{
	if (!r->index_lent) {
		vv_index_close(r->index);
	}
	r->index = x_or_null;
	r->index_lent = x_or_null != NULL;
}

bool vv_dataset_reader_lend_if_none(vv_dataset_reader *r, vv_index *x)
{
	if (r->index) return false;
	vv_dataset_reader_lend_index(r, x);
	return true;
}

vv_status vv_dataset_reader_index(vv_dataset_reader *r, const vv_index **out, vv_error *err)
{
	if (r->index && !vv_index_is_current(r->index)) {
		vv_dataset_reader_lend_index(r, NULL);
	}
	vv_status rc = dataset_reader_open_index(r, err);
	*out = r->index;
	return rc;
}

vv_status vv_dataset_reader_open(vv_dataset_reader **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err)
{
	vv_auto_free vv_dataset_reader *r = vv_calloc(1, sizeof(*r));
	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->parts = (vv_reader_parts){.repo = repo, .progress = progress};
	vv_auto(char) *file = vv_path_join(vv_repository_statedir(repo), "stat", NULL);
	vv_status rc = file ? vv_stat_cache_open(&r->parts.stats, file, err) : vv_fail_nomem(err);
	return rc < 0 ? rc : vv_hand_over(out, &r);
}

void vv_dataset_reader_forget(vv_dataset_reader *r)
{
	vv_array_clear(r->packages, r->package_count, it, vv_free(it->path));
	vv_hash_index_clear(&r->package_index);
	r->packages = NULL;
	r->package_count = r->package_cap = 0;
	vv_free(r->folder);
	r->folder = NULL;
	r->new_package = false;
	r->head_known = false;
	r->past_count = 0;
	vv_dataset_reader_lend_index(r, NULL);
}

void vv_dataset_reader_refresh(vv_dataset_reader *r)
{
	if (r->index && !r->index_lent && !vv_index_is_current(r->index)) {
		vv_dataset_reader_forget(r);
	}
}

void vv_dataset_reader_close(vv_dataset_reader *r)
{
	if (!r) return;
	vv_stat_cache_save(r->parts.stats,
			   VV_IGNORED); /* derived: a read-only repository is fine */
	vv_stat_cache_close(r->parts.stats);
	vv_dataset_reader_forget(r);
	vv_pool_free(r->pool);
	vv_array_each(r->copies, COPIES, it) {
		vv_dataset_reader_take_copy(r, &it->id, NULL);
	}
	vv_free(r);
}

vv_reader_parts *vv_dataset_reader_parts(vv_dataset_reader *r)
{
	return &r->parts;
}

const char *vv_dataset_reader_copy(const vv_dataset_reader *r, const vv_oid *blob)
{
	const copied_blob *c = vv_array_find(r->copies, COPIES, it,
					     it->file && vv_oid_equal(&it->id, blob));

	return c ? c->file : NULL;
}

void vv_dataset_reader_take_copy(vv_dataset_reader *r, const vv_oid *blob, char *take_file)
{
	copied_blob *c = &r->copies[r->next_copy++ % COPIES];

	if (c->file) {
		vv_unlink(c->file, true, NULL);
	}
	vv_free(c->file);
	*c = (copied_blob){*blob, take_file};
}

vv_pool *vv_dataset_reader_pool(vv_dataset_reader *r)
{
	if (!r->pool) {
		r->pool = vv_pool_new(vv_cpu_count() - 1);
	}
	return r->pool;
}

vv_status vv_dataset_open_stored(vv_table *out, vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_store *store;
	vv_sink source;
	vv_status rc = vv_repository_store(r, &store, err);

	if (rc < 0) return rc;
	vv_sink_dry(&source, store);
	rc = vv_table_open_stored(out, &source, root, err);
	if (rc == VV_EMISSING) {
		vv_expired_explain(r, root, err);
	}
	return rc;
}

vv_status vv_dataset_open(vv_table *out, vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_status rc = vv_dataset_open_stored(out, r, root, err);

	if (rc == VV_OK && (rc = vv_table_to_file_order(out, err)) < 0) {
		vv_table_close(out);
	}
	return rc;
}

/* Where a path's scan cache is kept; owned. NULL when out of memory. */
static char *scan_cache_file(const vv_dataset_reader *r, const char *path, bool given)
{
	char name[64];
	vv_hash128 h = vv_xxh3_128(path, strlen(path), 0);
	snprintf(name, sizeof(name), "%016llx%016llx%s", (unsigned long long)h.hi,
		 (unsigned long long)h.lo, given ? "-given" : "");
	return vv_path_join(vv_repository_varvedir(r->parts.repo), "cache", "scan", name, NULL);
}

vv_status vv_dataset_reader_scan_cache(vv_dataset_reader *r, const char *path, const vv_cid *root,
				       vv_scan_cache **out, uint64_t *secret, vv_error *err)
{
	vv_status rc = vv_repository_secret(r->parts.repo, secret, err);
	*out = NULL;
	if (rc < 0) return rc;
	for (int given = 0; !*out && given < 2; given++) {
		vv_auto(char) *file = scan_cache_file(r, path, given);
		if (!file) return vv_fail_nomem(err);
		if ((rc = vv_scan_cache_load(out, file, root, *secret, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_dataset_reader_scan_cache_save(vv_dataset_reader *r, const char *path,
					    const vv_scan_cache *cache, bool given, vv_error *err)
{
	uint64_t secret;
	if (cache->count < 2) return VV_OK; /* a change changes every group */
	vv_status rc = vv_repository_secret(r->parts.repo, &secret, err);
	if (rc < 0) return rc;
	vv_auto(char) *file = scan_cache_file(r, path, given);
	if (!file) return vv_fail_nomem(err);
	return vv_scan_cache_save(cache, file, secret, err);
}

vv_status vv_dataset_reader_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
				    vv_pointer *out, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = vv_blob_read(r->parts.repo, blob, VV_POINTER_MAX, &b, err);
	if (rc < 0) return rc;
	return vv_pointer_read(out, arena, b.data ? b.data : "", b.len, err);
}

vv_status vv_dataset_reader_find_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
					 vv_pointer *out, bool *is, vv_error *err)
{
	vv_auto(vv_pointer_blob) b = {0};
	const vv_status rc = vv_pointer_blob_read(&b, arena, r->parts.repo, blob, err);

	*is = rc == VV_OK && b.found == VV_OK;
	*out = b.pointer;
	return rc;
}

vv_status vv_dataset_reader_is_pointer(vv_dataset_reader *r, const vv_oid *blob, bool *out,
				       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;

	return vv_dataset_reader_find_pointer(r, blob, &arena, &p, out, err);
}

vv_status dataset_reader_work_file(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	vv_dataset_reader *r = payload;
	if (r->index && vv_index_is_tree(r->index)) {
		vv_index_entry e;
		return vv_index_get(r->index, path, &e)
			       ? vv_blob_read(r->parts.repo, &e.id, PACKAGE_MAX, out, err)
			       : vv_fail(err, VV_ENOTFOUND, "no such file '%s'",
					 vv_text_shows(path));
	}
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	return vv_read_regular(out, file, PACKAGE_MAX, err);
}

/* --- packages that were edited --------------------------------------------------------- */

vv_status dataset_reader_head(vv_dataset_reader *r, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (r->head_known) return VV_OK;
	if ((rc = vv_head_read(r->parts.repo, &head, err)) == VV_OK) {
		r->head_known = true;
		r->head = head.commit;
		r->unborn = head.unborn;
	}
	return rc;
}

vv_status dataset_reader_past(vv_dataset_reader *r, const vv_oid **out, size_t *count,
			      vv_error *err)
{
	vv_status rc = dataset_reader_head(r, err);
	vv_oid next = r->head;
	bool more = rc == VV_OK && !r->unborn && r->past_count == 0;

	while (more && r->past_count < DATASET_PAST_COMMITS) {
		vv_auto(vv_commit) c = {.message = NULL};

		rc = vv_commit_read(r->parts.repo, &next, &c, err);
		if (rc < 0) {
			break; /* where a shallow clone ends, too */
		}
		r->past[r->past_count++] = next;
		more = c.parent_count > 0;
		next = more ? c.parents[0] : next;
	}
	*out = r->past;
	*count = r->past_count;
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_EIO, err);
}

/* Is the file there, and another than the index or HEAD has? */
static vv_status file_differs(vv_dataset_reader *r, const char *path, bool *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	bool there = file && vv_exists(file);
	vv_file_state state = VV_FILE_SAME;
	vv_auto(vv_tree_entry) at = {0};
	vv_index_entry e;
	vv_status rc = file ? VV_OK : vv_fail_nomem(err);

	*out = there;
	if (rc < 0 || !there || !vv_index_get(r->index, path, &e) ||
	    (rc = vv_index_file_state(r->index, &e, &state, err)) < 0 || state != VV_FILE_SAME ||
	    (rc = dataset_reader_head(r, err)) < 0 || r->unborn) {
		return rc;
	}
	rc = vv_tree_entry_at(r->parts.repo, &r->head, path, &at, err);
	*out = rc == VV_ENOTFOUND || (rc == VV_OK && !vv_oid_equal(&at.id, &e.id));
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* The package itself, or a schema or dialect that it names. Unreadable files are reported when the
 * table is read. */
static vv_status package_differs(vv_dataset_reader *r, const char *package, bool *out,
				 vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r->parts.repo, package);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_string_list) files = {0};

	*out = false;
	if (!file) return vv_fail_nomem(err);
	if (!vv_exists(file)) return VV_OK; /* of most folders */
	vv_status rc = file_differs(r, package, out, err);
	if (rc == VV_OK && !*out &&
	    dataset_reader_work_file(r, package, &text, VV_IGNORED) == VV_OK &&
	    vv_package_files(&files.items, &files.count, package, vv_buf_cstr(&text), text.len,
			     VV_IGNORED) == VV_OK) {
		for (size_t i = 0; rc == VV_OK && !*out && i < files.count; i++) {
			rc = file_differs(r, files.items[i], out, err);
		}
	}
	return rc;
}

/* The same, computed once for each package. */
static vv_status was_package_edited(vv_dataset_reader *r, const char *package, bool *out,
				    vv_error *err)
{
	const uint64_t hash = vv_xxh3(package, strlen(package), vv_hash_seed());
	const known_package *known = vv_hash_find(r->packages, &r->package_index, hash, p,
						  strcmp(p->path, package) == 0);
	vv_status rc;

	if (known) {
		*out = known->edited;
		return VV_OK;
	}
	if ((rc = package_differs(r, package, out, err)) < 0) return rc;
	vv_auto(char) *path = vv_strdup(package);
	if (!path || !vv_hash_add(r->packages, r->package_count, r->package_cap, &r->package_index,
				  hash, (known_package){.path = path, .edited = *out})) {
		return vv_fail_nomem(err);
	}
	path = NULL;
	return VV_OK;
}

/* Is there a package, in the folder of path or above, that the index or HEAD does not have like this? */
static vv_status look_for_new_package(vv_dataset_reader *r, const char *path, vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(path);
	vv_status rc = folder ? dataset_reader_open_index(r, err) : vv_fail_nomem(err);

	if (rc < 0 || (r->folder && strcmp(r->folder, folder) == 0)) return rc;
	vv_free(r->folder);
	r->folder = vv_take(&folder);
	rc = was_package_edited(r, VV_RULES_NAME, &r->new_package, err);
	for (size_t len = strlen(path); rc == VV_OK && !r->new_package && len > 0; len -= len > 0) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		while (len > 0 && path[len - 1] != '/') {
			len--;
		}
		vv_buf_put(&b, path, len);
		vv_buf_puts(&b, VV_PACKAGE_NAME);
		if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
			rc = was_package_edited(r, vv_buf_cstr(&b), &r->new_package, err);
		}
	}
	return rc;
}

vv_status vv_dataset_reader_described_anew(vv_dataset_reader *r, const char *path,
					   const vv_oid *blob, bool any_package, bool *out,
					   vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_package_resource) res = {0};
	vv_pointer p;
	vv_auto(vv_table) t = {0};
	bool fits = true, described;
	vv_status rc;

	*out = false;
	if (!any_package && ((rc = look_for_new_package(r, path, err)) < 0 || !r->new_package)) {
		return rc;
	}
	/* errors here are reported when the file is read: at once if it was named */
	if ((rc = vv_declared_find(&res, &described, NULL, path, dataset_reader_work_file, r,
				   VV_IGNORED)) < 0) {
		*out = any_package && rc == VV_EINPUT;
		return VV_OK;
	}
	if (vv_dataset_reader_pointer(r, blob, &arena, &p, VV_IGNORED) == VV_OK &&
	    strcmp(p.kind, "table") == 0 &&
	    vv_dataset_open_stored(&t, r->parts.repo, &p.root, VV_IGNORED) == VV_OK) {
		*out = vv_package_fits(&fits, &t, &res, VV_IGNORED) == VV_OK && !fits;
	}
	return VV_OK;
}

bool vv_dataset_reader_holds_pointer(const char *file, const vv_stat *st)
{
	char head[32];
	const bool may = st->size >= VV_POINTER_MIN && st->size <= VV_POINTER_READ;
	vv_auto(vv_fd) fd = may && S_ISREG(st->mode) ? vv_open_regular(file, O_NOFOLLOW, NULL) : -1;
	ssize_t n = fd < 0 ? 0 : vv_read_full(fd, head, sizeof(head), file, NULL);
	return n > 0 && vv_pointer_looks_like(head, (size_t)n);
}

bool vv_dataset_reader_is_left(const char *file, const vv_stat *st, const vv_oid *id)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_oid is;

	if (!vv_dataset_reader_holds_pointer(file, st) ||
	    vv_read_regular(&text, file, VV_POINTER_READ, VV_IGNORED) < 0) {
		return false;
	}
	if (vv_blob_id(text.data, text.len, &is, VV_IGNORED) == VV_OK && vv_oid_equal(&is, id)) {
		return true;
	}
	vv_pointer_tidy(&text);
	return vv_blob_id(text.data, text.len, &is, VV_IGNORED) == VV_OK && vv_oid_equal(&is, id);
}

vv_status dataset_reader_knows_file(vv_dataset_reader *r, const char *path, const vv_stat *st,
				    const vv_oid *blob, bool *out, bool *anew, vv_error *err)
{
	vv_oid known;
	vv_status rc = vv_dataset_reader_described_anew(r, path, blob, false, anew, err);

	*out = rc == VV_OK && !*anew && vv_stat_cache_get(r->parts.stats, path, st, &known) &&
	       vv_oid_equal(&known, blob);
	return rc;
}

/* The hash of the entry's bytes, if a file of this metadata may have them. Git passes a file again that
 * was written in the second in which the index was: reading a small version takes less time than
 * importing the file. */
static bool hash_entry(vv_dataset_reader *r, const vv_index_entry *e, const vv_stat *st,
		       vv_hash128 *want)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_table) t = {0};
	vv_pointer p;
	uint64_t size;

	if (vv_dataset_reader_pointer(r, &e->id, &arena, &p, VV_IGNORED) < 0) return false;
	if (p.bytes >= VV_KNOWN_BYTES_MIN) {
		return vv_known_bytes_of(r->parts.repo, &p.root, &size, want) && size == st->size;
	}
	return p.bytes == st->size && vv_index_has_written(e, st) &&
	       vv_dataset_open_stored(&t, r->parts.repo, &p.root, VV_IGNORED) == VV_OK &&
	       vv_known_bytes_read(r->parts.repo, &t, want);
}

int vv_dataset_reader_open_known(vv_dataset_reader *r, const char *path, const vv_index_entry *e,
				 vv_stat *st, bool *proved, vv_hash128 *want)
{
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	vv_auto(vv_fd) fd = file ? vv_open_regular(file, O_NOFOLLOW, VV_IGNORED) : -1;
	bool anew;

	return fd >= 0 && vv_fstat(st, fd, path, VV_IGNORED) == VV_OK &&
			       dataset_reader_knows_file(r, path, st, &e->id, proved, &anew,
							 VV_IGNORED) == VV_OK &&
			       !anew && (*proved || hash_entry(r, e, st, want))
		       ? vv_fd_take(&fd)
		       : -1;
}

vv_status vv_dataset_reader_line(vv_dataset_reader *r, const char *path, const char *encoding,
				 uint64_t offset, uint64_t *line, vv_error *err)
{
	vv_source source;
	vv_fd_source fds;
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	vv_auto(vv_fd) fd = vv_open_regular(file, 0, err);
	if (fd < 0) return (vv_status)fd;
	vv_source_fd(&source, &fds, fd, path, 0);
	return encoding[0] ? vv_file_text_line(&source, encoding, offset, line, err)
			   : source.line(source.payload, offset, line, err);
}

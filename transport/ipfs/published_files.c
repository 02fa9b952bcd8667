/*
 * published_files: keeps lists open, and makes a list that turns out wrong again, once for each
 * request.
 */
#include "transport/ipfs/published_files.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/thread.h"
#include "repo/blocks/cache.h"
#include "repo/known/published.h"

#define KEPT ((size_t)32 << 20) /* bytes of blocks that were made */
#define RETRY_MS 10000u
#define OPEN_MAX 64u /* lists: each has a file open */

typedef struct entry {
	vv_cid version;
	char name[256];
	vv_leaf_list *list; /* NULL: closed */
	unsigned users;     /* of list, now */
	uint64_t used;      /* when it was of use last */
	uint64_t retry_ms;  /* its list could not be had: not tried before then */
	bool wrong;         /* its list is to be made again */
} entry;

struct vv_published_files {
	vv_mutex *lock;
	const char *varvedir;
	vv_leaf_source from;
	entry **entries; /* in the order of versions */
	size_t count;
	uint64_t clock;
	unsigned open;
	vv_block_cache *cache;
};

vv_published_files *vv_published_files_new(const char *varvedir, vv_store *store,
					   const vv_file_maker *maker)
{
	vv_auto(vv_published_files) *f = vv_calloc(1, sizeof(*f));

	if (!f) return NULL;
	*f = (vv_published_files){
		.varvedir = varvedir,
		.from = {store, maker},
		.lock = vv_mutex_new(),
		.cache = vv_block_cache_new(KEPT),
	};
	if (!f->lock || !f->cache) return NULL;
	return vv_take(&f);
}

static void free_entry(vv_published_files *f, entry *e)
{
	f->open -= e->list != NULL;
	vv_leaf_list_close(e->list);
	vv_free(e);
}

void vv_published_files_free(vv_published_files *f)
{
	if (!f) return;
	for (size_t i = 0; i < f->count; i++) {
		free_entry(f, f->entries[i]);
	}
	vv_block_cache_free(f->cache);
	vv_mutex_free(f->lock);
	vv_free_all(f->entries, f);
}

/* --- which files there are (under the lock) ------------------------------------------------ */

static entry *new_entry(vv_published_files *f, const vv_cid *version)
{
	entry *e = vv_calloc(1, sizeof(*e));
	vv_auto(vv_published) p = {0};

	if (!e) return NULL;
	e->version = *version;
	if (vv_published_find(&p, f->varvedir, version, NULL) == VV_OK) {
		(void)snprintf(e->name, sizeof(e->name), "%s", vv_path_base(p.path));
	}
	return e;
}

static bool same_versions(const vv_published_files *f, const vv_cid *versions, size_t count)
{
	bool same = count == f->count;

	for (size_t i = 0; same && i < count; i++) {
		same = vv_cid_equal(&versions[i], &f->entries[i]->version);
	}
	return same;
}

/* Entries of before are kept. */
static vv_status take_versions(vv_published_files *f, const vv_cid *versions, size_t count,
			       vv_error *err)
{
	entry **entries = vv_calloc(count + 1, sizeof(*entries)), *e;
	size_t i;

	if (!entries) return vv_fail_nomem(err);
	for (i = 0; i < count; i++) {
		for (size_t k = 0; k < f->count && !entries[i]; k++) {
			if (f->entries[k] && vv_cid_equal(&f->entries[k]->version, &versions[i])) {
				entries[i] = vv_take(&f->entries[k]);
			}
		}
		if (!entries[i] && !(entries[i] = new_entry(f, &versions[i]))) {
			break;
		}
	}
	for (size_t k = 0; k < f->count; k++) {
		e = f->entries[k];
		if (e && e->users == 0) { /* else its last user frees it */
			free_entry(f, e);
		}
	}
	vv_free(f->entries);
	f->entries = entries;
	f->count = i;
	return i == count ? VV_OK : vv_fail_nomem(err);
}

static vv_status look_at_records(vv_published_files *f, vv_error *err)
{
	vv_auto_free vv_cid *versions = NULL;
	size_t count;
	vv_status rc = vv_published_list(&versions, &count, f->varvedir, err);

	return rc < 0 || same_versions(f, versions, count) ? rc
							   : take_versions(f, versions, count, err);
}

static void close_list(vv_published_files *f, entry *e)
{
	if (e->list && e->users == 0) {
		vv_leaf_list_close(vv_take(&e->list));
		f->open--;
	}
}

/* One that was not of use for longest, and is not now. */
static void close_one(vv_published_files *f)
{
	entry *oldest = NULL;

	for (size_t i = 0; i < f->count; i++) {
		entry *e = f->entries[i];

		if (e->list && e->users == 0 && (!oldest || e->used < oldest->used)) {
			oldest = e;
		}
	}
	if (oldest) {
		close_list(f, oldest);
	}
}

static char *path_of(const vv_published_files *f, const vv_cid *version)
{
	vv_auto(char) *dir = vv_path_join(f->varvedir, VV_LEAF_LISTS, (char *)NULL);
	return dir ? vv_leaf_list_path(dir, version) : NULL;
}

/* A version whose blocks are missing here, or damaged, is as good as not published: the others are
 * served. */
static vv_status open_list(vv_published_files *f, entry *e, vv_error *err)
{
	vv_auto(char) *path = NULL;

	if (e->wrong) {
		close_list(f, e);
	}
	if (e->list || vv_monotonic_ms() < e->retry_ms) return VV_OK;
	if (f->open >= OPEN_MAX) {
		close_one(f);
	}
	if (!(path = path_of(f, &e->version))) return vv_fail_nomem(err);
	if (e->wrong) {
		e->wrong = false;
		(void)vv_unlink(path, true, NULL);
	}
	vv_status rc = vv_leaf_list_need(&e->list, path, &f->from, &e->version, err);
	f->open += e->list != NULL;
	if (rc == VV_EMISSING || rc == VV_ECORRUPT || rc == VV_ENOTFOUND) {
		e->retry_ms = vv_monotonic_ms() + RETRY_MS;
		rc = VV_OK;
	}
	return rc;
}

/* --- finding --------------------------------------------------------------------------------- */

/* The entry with this block, held; NULL: none. Under the lock. */
static vv_status hold_entry(vv_published_files *f, const vv_cid *cid, entry **out,
			    vv_leaf_place *at, vv_error *err)
{
	entry *last = NULL;
	vv_status rc = look_at_records(f, err);
	int found = 0;

	*out = NULL;
	/* The one that was of use last comes first: a file is read block by block. */
	for (size_t i = 0; i < f->count; i++) {
		last = !last || f->entries[i]->used > last->used ? f->entries[i] : last;
	}
	for (size_t i = 0; rc == VV_OK && found == 0 && i <= f->count && last; i++) {
		entry *e = i == 0 ? last : f->entries[i - 1];

		if ((i > 0 && e == last) || (rc = open_list(f, e, err)) < 0 || !e->list) {
			continue;
		}
		if ((found = vv_leaf_list_find(e->list, cid, at, err)) > 0) {
			e->used = ++f->clock;
			e->users++;
			*out = e;
		}
	}
	if (rc < 0) return rc;
	return found < 0 ? (vv_status)found : VV_OK;
}

/* Under the lock. */
static void release_entry(vv_published_files *f, entry *e)
{
	e->users--;
	if (e->users == 0 && !vv_array_find(f->entries, f->count, of, *of == e)) {
		free_entry(f, e);
	}
}

int vv_published_files_find(vv_published_files *f, const vv_cid *cid, vv_published_block *out,
			    vv_error *err)
{
	entry *e;

	memset(out, 0, sizeof(*out));
	vv_mutex_lock(f->lock);
	vv_status rc = hold_entry(f, cid, &e, &out->at, err);
	if (e) {
		out->version = e->version;
		out->is_file = vv_cid_equal(cid, vv_leaf_list_file(e->list));
		if (out->is_file) {
			memcpy(out->name, e->name, sizeof(out->name));
		}
		release_entry(f, e);
	}
	vv_mutex_unlock(f->lock);
	return rc < 0 ? (int)rc : e != NULL;
}

static bool take_cached(vv_published_files *f, const vv_cid *cid, vv_buf *out)
{
	vv_auto(vv_blob) *b = vv_block_cache_get(f->cache, cid);

	if (!b) return false;
	vv_buf_set(out, b->bytes, b->len);
	return true;
}

static void put_cached(vv_published_files *f, const vv_cid *cid, const vv_buf *bytes)
{
	vv_blob *b = vv_blob_new(cid, bytes->len);

	if (b) {
		memcpy(b->bytes, vv_buf_cstr(bytes), bytes->len);
		vv_block_cache_put(f->cache, b);
		vv_blob_unref(b);
	}
}

static vv_status make_block(vv_published_files *f, const vv_cid *cid, vv_buf *out, bool *wrong,
			    vv_error *err)
{
	vv_leaf_blocks blocks = {.from = f->from};
	vv_leaf_place at;
	entry *e;

	vv_mutex_lock(f->lock);
	vv_status rc = hold_entry(f, cid, &e, &at, err);
	vv_mutex_unlock(f->lock);
	if (rc < 0) return rc;
	if (!e) {
		return vv_fail(err, VV_EMISSING, "this repository does not publish the block %s",
			       vv_cid_shows(cid));
	}
	blocks.list = e->list;
	rc = vv_leaf_blocks_get(&blocks, cid, out, err);
	vv_auto(vv_locked) lock = vv_mutex_hold(f->lock);
	*wrong = rc == VV_ECORRUPT;
	e->wrong = e->wrong || *wrong;
	release_entry(f, e);
	return rc;
}

vv_status vv_published_files_get(void *files, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_published_files *f = files;
	bool wrong = false;

	if (take_cached(f, cid, out)) return vv_buf_ok(out, err);
	vv_status rc = make_block(f, cid, out, &wrong, err);
	if (wrong) {
		rc = make_block(f, cid, out, &wrong, err);
	}
	if (rc == VV_OK) {
		put_cached(f, cid, out);
	}
	return rc;
}

/*
 * migrated: finds the bytes of an old version (a blob, an object of Git LFS, a file in DVC's cache), and
 * proves that the stored version reproduces them.
 */
#include "lib/clone/migrated.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/table.h"
#include "lib/names/lfs.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/dataset_writer.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"
#include "repo/git/index/worktree.h"
#include "repo/git/objects/blob_series.h"
#include "repo/git/pointer.h"

/* Git has a blob in memory as a whole, too. */
#define BLOB_MAX (4ull << 30)
#define DVC_LIST_MAX ((size_t)256 << 20)

/* A version of a path. */
typedef struct version {
	size_t path;
	vv_oid old, now; /* old: of DVC its MD5 */
	vv_cid root;     /* null: it is not stored as blocks */
	vv_hash128 hash; /* of the bytes that were read */
	uint64_t bytes;
} version;

struct vv_migrated {
	vv_repository *repo;
	bool export, dry;
	bool unmake; /* a dry run makes the store */
	const vv_progress *progress;
	vv_dataset_writer *writer;
	vv_migrated_path *paths;
	size_t path_count, path_cap;
	vv_hash_index path_index;
	version *versions;
	size_t count, cap;
	vv_hash_index index;
	size_t missing;
	vv_error first_missing;
};

vv_status vv_migrated_open(vv_migrated **out, vv_repository *r, bool export, bool dry,
			   const vv_progress *progress, vv_error *err)
{
	vv_migrated *c = vv_calloc(1, sizeof(*c));

	*out = c;
	if (!c) return vv_fail_nomem(err);
	*c = (vv_migrated){.repo = r,
			   .export = export,
			   .dry = dry,
			   .unmake = dry && !vv_store_exists(vv_repository_varvedir(r)),
			   .progress = progress};
	return vv_dataset_writer_open(&c->writer, r, NULL, err);
}

void vv_migrated_close(vv_migrated *c)
{
	if (!c) return;
	vv_dataset_writer_close(c->writer);
	if (c->unmake) {
		vv_store_unmake(vv_repository_varvedir(c->repo));
	}
	vv_array_each(c->paths, c->path_count, path) {
		vv_free(path->path);
		vv_buf_clear(&path->last_block);
		vv_free(path->reason);
	}
	vv_free_all(c->paths, c->versions);
	vv_hash_index_clear(&c->path_index);
	vv_hash_index_clear(&c->index);
	vv_free(c);
}

/* --- converted versions ----------------------------------------------------------------------- */

static vv_status path_of(vv_migrated *c, const char *path, size_t *out, vv_error *err)
{
	uint64_t hash = vv_xxh3(path, strlen(path), vv_hash_seed());
	const vv_migrated_path *known = vv_hash_find(c->paths, &c->path_index, hash, p,
						     strcmp(p->path, path) == 0);
	vv_auto(char) *copy = known ? NULL : vv_strdup(path);

	*out = known ? (size_t)(known - c->paths) : c->path_count;
	if (!known &&
	    (!copy || !vv_hash_add(c->paths, c->path_count, c->path_cap, &c->path_index, hash,
				   (vv_migrated_path){.path = copy, .last_block = VV_BUF_INIT}))) {
		return vv_fail_nomem(err);
	}
	copy = NULL;
	return VV_OK;
}

static uint64_t version_hash(size_t path, const vv_oid *old)
{
	return vv_xxh3(old->id, sizeof(old->id), vv_hash_seed() + path);
}

static const version *find_version(const vv_migrated *c, size_t path, const vv_oid *old)
{
	return vv_hash_find(c->versions, &c->index, version_hash(path, old), v,
			    v->path == path && vv_oid_equal(&v->old, old));
}

static vv_status add_version(vv_migrated *c, const version *v, vv_error *err)
{
	if (!vv_hash_add(c->versions, c->count, c->cap, &c->index, version_hash(v->path, &v->old),
			 *v)) {
		return vv_fail_nomem(err);
	}
	c->paths[v->path].versions += !vv_oid_equal(&v->old, &v->now);
	c->paths[v->path].bytes += v->bytes;
	return VV_OK;
}

const vv_migrated_path *vv_migrated_paths_now(const vv_migrated *c, size_t *count)
{
	*count = c->path_count;
	return c->paths;
}

const vv_migrated_path *vv_migrated_paths(vv_migrated *c, size_t *count)
{
	vv_hash_index_clear(&c->path_index); /* places change */
	vv_hash_index_clear(&c->index);
	if (c->path_count > 1) {
		qsort(c->paths, c->path_count, sizeof(*c->paths), vv_text_order);
	}
	*count = c->path_count;
	return c->paths;
}

/* --- bytes of an old version ------------------------------------------------------------- */

/* A blob in memory, or a file. */
typedef struct input {
	vv_buf bytes;
	size_t pos;
	int fd; /* -1: in memory */
	char *file;
	vv_xxh3_state *hash; /* of the bytes read */
	uint64_t given;
} input;

static void input_clear(input *in)
{
	(void)vv_close(in->fd, NULL, NULL);
	vv_buf_clear(&in->bytes);
	vv_xxh3_free(in->hash);
	vv_free(in->file);
}
VV_AUTO_CLEAR(input, input_clear)

static ssize_t input_read(void *payload, void *buf, size_t len, vv_error *err)
{
	input *in = payload;
	ssize_t n;

	if (in->fd >= 0) {
		n = vv_pread_full(in->fd, buf, len, in->given, in->file, err);
	} else {
		n = (ssize_t)(len < in->bytes.len - in->pos ? len : in->bytes.len - in->pos);
		if (n > 0) {
			memcpy(buf, in->bytes.data + in->pos, (size_t)n);
		}
	}
	if (n > 0) {
		vv_xxh3_update(in->hash, buf, (size_t)n);
		in->pos += (size_t)n;
		in->given += (uint64_t)n;
	}
	return n;
}

static vv_status input_again(void *payload, vv_error *err VV_UNUSED)
{
	input *in = payload;

	in->pos = 0;
	in->given = 0;
	vv_xxh3_reset(in->hash, 0);
	return VV_OK;
}

static vv_status miss_version(vv_migrated *c, const char *path, const vv_error *why)
{
	if (c->missing++ == 0) {
		c->first_missing = *why;
		(void)vv_prefix(&c->first_missing, "%s", vv_text_shows(path));
	}
	return VV_OK;
}

/* Stores a file that cannot be read as a table as bytes; why: the reason. */
static vv_status import_bytes(vv_migrated *c, vv_migrated_path *p, input *in,
			      vv_dataset_found *found, const vv_error *why, vv_error *err)
{
	vv_dataset_options opts = {.has_kind = true, .kind = VV_KIND_FILE, .no_parent = true};
	vv_source source = {
		.read = input_read, .again = input_again, .payload = in, .name = p->path};
	vv_status rc = input_again(in, err);

	if (p->plain++ == 0 && !(p->reason = vv_strdup(why->message))) return vv_fail_nomem(err);
	vv_dataset_found_clear(found);
	return rc < 0 ? rc
		      : vv_dataset_writer_stream(c->writer, p->path, &source, &opts, found, err);
}

/* Imports the bytes as the next version of the path. */
static vv_status import_version(vv_migrated *c, vv_migrated_path *p, input *in,
				vv_dataset_found *found, vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_source source = {
		.read = input_read, .again = input_again, .payload = in, .name = p->path};
	vv_pointer before = {.root = p->last};

	opts.no_parent = vv_cid_is_null(&p->last);
	if (!opts.no_parent) {
		opts.parent = &before;
		opts.parent_block = &p->last_block;
	}
	vv_status rc = vv_dataset_writer_stream(c->writer, p->path, &source, &opts, found, err);
	if (rc != VV_EINPUT && !(rc < 0 && found->result.only_bytes)) return rc;
	vv_error why = *err;
	return import_bytes(c, p, in, found, &why, err);
}

static vv_status store_version(vv_migrated *c, version *v, input *in, vv_error *err)
{
	vv_auto(vv_dataset_found) found = {0};
	vv_migrated_path *p = &c->paths[v->path];
	vv_status rc;

	if (!(in->hash = vv_xxh3_new(0))) return vv_fail_nomem(err);
	if ((rc = import_version(c, p, in, &found, err)) < 0) return rc;
	v->now = found.blob;
	v->root = found.result.cid;
	v->bytes = in->given;
	v->hash = vv_xxh3_digest128(in->hash);
	p->stored += found.stored.stored_bytes;
	if (found.result.root.kind != VV_KIND_TABLE || found.result.root.bytes == 0) return VV_OK;
	p->last = v->root;
	vv_buf_set(&p->last_block, found.result.root_block.data, found.result.root_block.len);
	return vv_buf_ok(&p->last_block, err);
}

static vv_status open_file(input *in, char *take_file, vv_error *err)
{
	in->file = take_file;
	in->fd = vv_open_regular(take_file, O_RDONLY, err);
	return in->fd < 0 ? (vv_status)in->fd : VV_OK;
}

/* Converts text, or a pointer of Git LFS. A pointer of varve stays. */
static vv_status take_in(vv_migrated *c, version *v, const char *path, vv_error *err)
{
	vv_auto(input) in = {.bytes = VV_BUF_INIT, .fd = -1};
	char *object = NULL;
	vv_status rc = vv_blob_read(c->repo, &v->old, BLOB_MAX, &in.bytes, err);

	if (rc == VV_OK && in.bytes.len <= VV_LFS_POINTER_MAX) {
		rc = vv_lfs_find(&object, c->repo, vv_buf_cstr(&in.bytes), in.bytes.len, err);
	}
	if (rc == VV_EMISSING) {
		rc = miss_version(c, path, err);
	} else if (rc == VV_OK && object) {
		c->paths[v->path].lfs = true;
		if ((rc = open_file(&in, object, err)) == VV_OK) {
			rc = store_version(c, v, &in, err);
		}
	} else if (rc == VV_OK && !vv_pointer_looks_like(vv_buf_cstr(&in.bytes), in.bytes.len)) {
		rc = store_version(c, v, &in, err);
	}
	return rc;
}

/* --- text again -------------------------------------------------------------------------- */

/* A version to export as text: write_texts makes its blob, which has a provisional name until
 * then. */
static vv_status take_out(vv_migrated *c, version *v, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_dataset_reader *reader = vv_dataset_writer_reader(c->writer);
	vv_pointer pointer;
	bool is = false;
	vv_status rc = vv_dataset_reader_find_pointer(reader, &v->old, &arena, &pointer, &is, err);

	if (rc < 0 || !is) return rc;
	v->root = pointer.root;
	memcpy(v->now.id, v->root.digest, sizeof(v->now.id));
	return VV_OK;
}

static vv_status write_text(vv_migrated *c, version *v, vv_buf *text, vv_blob_series *blobs,
			    vv_error *err)
{
	vv_auto(vv_table) table = {0};
	vv_bytes_options opts = {
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(c->writer)), .old_fd = -1};
	vv_status rc = vv_dataset_open_stored(&table, c->repo, &v->root, err);

	if (rc < 0) return rc;
	if (table.root.bytes > BLOB_MAX) {
		return vv_fail(err, VV_EREFUSED, "%s is too large for a blob of Git",
			       vv_text_bytes(table.root.bytes));
	}
	vv_buf_reset(text);
	if ((rc = vv_table_file(&table, vv_buf_write, text, &opts, err)) < 0) return rc;
	c->paths[v->path].bytes += text->len;
	return c->dry ? VV_OK
		      : vv_blob_series_put(blobs, vv_buf_cstr(text), text->len, &v->now, err);
}

/* Those of a path one after the other, so that Git keeps each as a difference. */
static vv_status write_texts(vv_migrated *c, vv_error *err)
{
	vv_auto_free size_t *first = vv_calloc(c->path_count + 1, sizeof(*first));
	vv_auto_free size_t *next = vv_calloc(c->count + 1, sizeof(*next)); /* of the same path */
	vv_auto(vv_blob_series) *blobs = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t done = 0;
	vv_status rc = first && next ? vv_blob_series_open(&blobs, c->repo, err)
				     : vv_fail_nomem(err);

	if (rc < 0) return rc;
	for (size_t i = c->count; i > 0; i--) {
		next[i] = first[c->versions[i - 1].path];
		first[c->versions[i - 1].path] = i;
	}
	for (size_t p = 0; p < c->path_count; p++) {
		for (size_t i = first[p]; i > 0; i = next[i]) {
			version *v = &c->versions[i - 1];
			if (vv_cid_is_null(&v->root)) {
				continue;
			}
			if ((rc = write_text(c, v, &text, blobs, err)) < 0) {
				return vv_prefix(err, "%s", vv_text_shows(c->paths[p].path));
			}
			if ((rc = vv_progress_part(c->progress, "versions", ++done, c->count,
						   err)) < 0) {
				return rc;
			}
		}
	}
	return vv_blob_series_end(blobs, err);
}

/* --- asking ------------------------------------------------------------------------------ */

vv_status vv_migrated_take(vv_migrated *c, const char *path, const vv_oid *blob, vv_oid *out,
			   vv_error *err)
{
	version v = {.old = *blob, .now = *blob};
	const version *known;
	vv_status rc = path_of(c, path, &v.path, err);

	if (rc < 0) return rc;
	if ((known = find_version(c, v.path, blob))) {
		*out = known->now;
		return VV_OK;
	}
	if ((rc = c->export ? take_out(c, &v, err) : take_in(c, &v, path, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(path));
	}
	*out = v.now;
	if ((rc = add_version(c, &v, err)) < 0) return rc;
	return vv_progress_part(c->progress, "versions", c->count, 0, err);
}

/* Where DVC 3 keeps a file, or DVC 2 did. Owned by the caller. */
static vv_status dvc_cache_file(char **out, const vv_migrated *c, const char *folder,
				const vv_dvc_out *o, bool old, vv_error *err)
{
	const char first[3] = {o->md5[0], o->md5[1], 0};
	vv_auto(char) *top = vv_repository_file(c->repo, folder);
	char rest[VV_MD5_TEXT + 5];

	(void)snprintf(rest, sizeof(rest), "%s%s", o->md5 + 2, o->folder ? ".dir" : "");
	if (top) {
		*out = vv_path_join(top, old ? ".dvc/cache" : ".dvc/cache/files/md5", first, rest,
				    (char *)NULL);
	} else {
		*out = NULL;
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* The file with what DVC keeps. */
static vv_status get_dvc(vv_migrated *c, const char *folder, const vv_dvc_out *o, char **out,
			 vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_status rc;

	for (int old = 0; old < 2; old++) {
		vv_free(vv_take(&file));
		if ((rc = dvc_cache_file(&file, c, folder, o, old, err)) < 0) return rc;
		if (vv_exists(file)) {
			return vv_hand_over(out, &file);
		}
	}
	return vv_fail(err, VV_EMISSING,
		       "its content is kept by DVC, and file %.12s is not in .dvc/cache\n"
		       "'dvc fetch --all-commits' gets it",
		       o->md5);
}

static void oid_of_md5(vv_oid *out, const char *md5)
{
	char hex[VV_OID_TEXT + 1];

	memcpy(hex, md5, 32);
	memset(hex + 32, '0', VV_OID_TEXT - 32);
	(void)vv_oid_parse(out, hex, VV_OID_TEXT);
}

vv_status vv_migrated_dvc_list(vv_migrated *c, const char *folder, const vv_dvc_out *o,
			       vv_dvc_file *out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *file = NULL;
	vv_status rc = get_dvc(c, folder, o, &file, err);

	rc = rc < 0 ? rc : vv_read_regular(&text, file, DVC_LIST_MAX, err);
	return rc < 0 ? rc : vv_dvc_list_read(out, vv_buf_cstr(&text), text.len, err);
}

vv_status vv_migrated_take_dvc(vv_migrated *c, const char *path, const char *folder,
			       const vv_dvc_out *o, vv_oid *out, vv_error *err)
{
	version v = {0};
	vv_auto(input) in = {.bytes = VV_BUF_INIT, .fd = -1};
	const version *known;
	char *file;
	vv_status rc = path_of(c, path, &v.path, err);

	if (rc < 0) return rc;
	oid_of_md5(&v.old, o->md5);
	if ((known = find_version(c, v.path, &v.old))) {
		*out = known->now;
		return VV_OK;
	}
	if ((rc = get_dvc(c, folder, o, &file, err)) == VV_EMISSING) {
		(void)miss_version(c, path, err);
	}
	if (rc < 0) return rc;
	c->paths[v.path].dvc = true;
	if ((rc = open_file(&in, file, err)) < 0 || (rc = store_version(c, &v, &in, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(path));
	}
	*out = v.now;
	return add_version(c, &v, err);
}

/* Has the file the bytes of a version? */
static vv_status has_bytes(const version *v, char *take_file, bool *out, vv_error *err)
{
	vv_auto(input) in = {.bytes = VV_BUF_INIT, .fd = -1, .hash = vv_xxh3_new(0)};
	char buf[1 << 16];
	ssize_t n;
	vv_status rc = open_file(&in, take_file, err);

	if (rc < 0 || !in.hash) return rc < 0 ? rc : vv_fail_nomem(err);
	while ((n = input_read(&in, buf, sizeof(buf), err)) > 0) {
	}
	if (n < 0) return (vv_status)n;
	vv_hash128 is = vv_xxh3_digest128(in.hash);
	*out = in.given == v->bytes && vv_hash128_equal(is, v->hash);
	return VV_OK;
}

vv_status vv_migrated_is_file(const vv_migrated *c, const char *path, const vv_oid *now, bool *out,
			      vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(c->repo, path);
	vv_stat st;
	vv_status rc = VV_OK;

	*out = false;
	if (!file) return vv_fail_nomem(err);
	/* DVC's outputs may be links into its cache. */
	vv_auto(vv_fd) fd = vv_worktree_check_above(c->repo, path, VV_IGNORED) < 0
				    ? -1
				    : vv_open_regular(file, O_RDONLY, VV_IGNORED);
	if (fd < 0 || (rc = vv_fstat(&st, fd, file, err)) < 0) return rc;
	*out = vv_dataset_reader_is_left(file, &st, now);
	for (size_t i = 0; i < c->count && rc == VV_OK && !*out; i++) {
		const version *v = &c->versions[i];

		if (vv_oid_equal(&v->now, now) && v->bytes == st.size &&
		    strcmp(c->paths[v->path].path, path) == 0) {
			rc = has_bytes(v, vv_strdup(file), out, err);
		}
	}
	return rc;
}

/* --- the end ----------------------------------------------------------------------------- */

typedef struct output {
	vv_xxh3_state *hash;
	uint64_t bytes;
} output;

static vv_status hash_piece(void *payload, const void *bytes, size_t len, vv_error *err VV_UNUSED)
{
	output *o = payload;

	vv_xxh3_update(o->hash, bytes, len);
	o->bytes += len;
	return VV_OK;
}

static vv_status compare_version(vv_migrated *c, const version *v, vv_error *err)
{
	vv_auto(vv_table) table = {0};
	vv_bytes_options opts = {
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(c->writer)), .old_fd = -1};
	output o = {.hash = vv_xxh3_new(0)};
	vv_hash128 is = {0};
	vv_status rc = o.hash ? vv_dataset_open_stored(&table, c->repo, &v->root, err)
			      : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = vv_table_file(&table, hash_piece, &o, &opts, err)) == VV_OK) {
		is = vv_xxh3_digest128(o.hash);
	}
	vv_xxh3_free(o.hash);
	if (rc == VV_OK && (o.bytes != v->bytes || is.lo != v->hash.lo || is.hi != v->hash.hi)) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "%s: the stored version differs from the version that was read",
			     vv_text_shows(c->paths[v->path].path));
	}
	return rc;
}

vv_status vv_migrated_finish(vv_migrated *c, vv_error *err)
{
	vv_status rc;

	if (c->missing > 0) {
		*err = c->first_missing;
		return c->missing == 1
			       ? err->code
			       : vv_prefix(err, "%s are missing here, the first is",
					   vv_text_counted(c->missing, "version", "versions"));
	}
	if (c->export) return write_texts(c, err);
	if (c->dry) return VV_OK;
	if ((rc = vv_dataset_writer_commit(c->writer, err)) < 0 ||
	    (rc = vv_repository_flush(c->repo, err)) < 0) {
		return rc;
	}
	vv_dataset_writer_release(c->writer);
	for (size_t i = 0; i < c->count && rc == VV_OK; i++) {
		if (!vv_cid_is_null(&c->versions[i].root)) {
			rc = compare_version(c, &c->versions[i], err);
		}
		rc = rc < 0 ? rc
			    : vv_progress_part(c->progress, "versions compared", i + 1, c->count,
					       err);
	}
	return rc;
}

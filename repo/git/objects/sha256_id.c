/*
 * sha256_id: the walk over trees, without recursion, and the ids that are kept.
 */
#include "repo/git/objects/sha256_id.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "repo/git/tree_internal.h"

#define KEPT_MAX 1000000u
#define DEPTH_MAX 4096u /* of folders, and of tags of tags */
#define IN_MEMORY_MAX ((uint64_t)8 << 20)

typedef struct kept_id {
	git_oid id;
	uint8_t sha256[VV_SHA256_LEN];
} kept_id;

/* A tree whose entries are being read. */
typedef struct level {
	git_oid id;
	git_odb_object *tree;
	vv_tree_cursor at;
	vv_buf bytes; /* of the tree in the other format */
} level;

struct vv_sha256_ids {
	vv_repository *repo;
	kept_id *kept;
	size_t count, cap;
	vv_hash_index index;
	uint64_t seed;
	level *levels;
	size_t depth, level_cap;
};

static void leave_tree(vv_sha256_ids *s)
{
	level *l = &s->levels[--s->depth];

	git_odb_object_free(l->tree);
	vv_buf_clear(&l->bytes);
}

vv_sha256_ids *vv_sha256_ids_new(vv_repository *r)
{
	vv_sha256_ids *s = vv_calloc(1, sizeof(*s));

	if (s) {
		s->repo = r;
		s->seed = vv_hash_seed();
	}
	return s;
}

void vv_sha256_ids_free(vv_sha256_ids *s)
{
	if (!s) return;
	while (s->depth > 0) {
		leave_tree(s);
	}
	vv_hash_index_clear(&s->index);
	vv_free_all(s->levels, s->kept);
	vv_free(s);
}

static const kept_id *find_kept(const vv_sha256_ids *s, const git_oid *id)
{
	const uint64_t hash = vv_xxh3(id->id, sizeof(id->id), s->seed);

	return vv_hash_find(s->kept, &s->index, hash, k, git_oid_equal(&k->id, id));
}

static vv_status keep_id(vv_sha256_ids *s, const git_oid *id, const uint8_t sha256[VV_SHA256_LEN],
			 vv_error *err)
{
	kept_id k = {.id = *id};

	if (s->count == KEPT_MAX) {
		s->count = 0;
		vv_hash_index_reset(&s->index);
	}
	memcpy(k.sha256, sha256, sizeof(k.sha256));
	return vv_hash_add(s->kept, s->count, s->cap, &s->index,
			   vv_xxh3(id->id, sizeof(id->id), s->seed), k)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* --- blobs ---------------------------------------------------------------------------------------- */

static vv_status hash_object(uint8_t out[VV_SHA256_LEN], const char *type, const void *bytes,
			     size_t len, vv_error *err)
{
	vv_auto(vv_digest) *d = NULL;
	char head[64];
	const int head_len = snprintf(head, sizeof(head), "%s %zu", type, len);
	vv_status rc = vv_digest_new(&d, VV_DIGEST_SHA256, err);

	rc = rc < 0 ? rc : vv_digest_update(d, head, (size_t)head_len + 1, err);
	rc = rc < 0 ? rc : vv_digest_update(d, bytes, len, err);
	return rc < 0 ? rc : vv_digest_end(d, out, err);
}

typedef struct streaming {
	vv_digest *digest;
	uint64_t bytes;
} streaming;

static vv_status add_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	streaming *s = payload;

	s->bytes += len;
	return vv_digest_update(s->digest, bytes, len, err);
}

static vv_status stream_blob(uint8_t out[VV_SHA256_LEN], const vv_repository *r, const git_oid *id,
			     uint64_t size, vv_error *err)
{
	const char *argv[] = {"git",  "--git-dir",      r->gitdir, "cat-file",
			      "blob", vv_git_shows(id), NULL};
	vv_auto(vv_buf) came = VV_BUF_INIT;
	const char *more[] = {"GIT_NO_REPLACE_OBJECTS=1", NULL, NULL};
	vv_auto(vv_digest) *d = NULL;
	streaming s = {.bytes = 0};
	const vv_run run = {.argv = argv,
			    .env = r->env,
			    .more = more,
			    .mute = true,
			    .take = add_piece,
			    .payload = &s};
	char head[64];
	int code = 0;
	const int head_len = snprintf(head, sizeof(head), "blob %llu", (unsigned long long)size);
	vv_status rc = vv_digest_new(&d, VV_DIGEST_SHA256, err);

	s.digest = d;
	if (r->came) {
		vv_git_put_alternates(&came, r->env, r->came);
		more[1] = vv_buf_cstr(&came);
	}
	if (rc < 0 || (rc = vv_buf_ok(&came, err)) < 0 ||
	    (rc = vv_digest_update(d, head, (size_t)head_len + 1, err)) < 0 ||
	    (rc = vv_run_program(&run, &code, err)) < 0) {
		return rc;
	}
	if (code != 0 || s.bytes != size) {
		return vv_fail(err, VV_ECORRUPT, "git cannot read the blob %s", vv_git_shows(id));
	}
	return vv_digest_end(d, out, err);
}

/* Files that git would fetch when they are read are missing here: each would be a request. */
static vv_status check_here(const vv_sha256_ids *s, const git_oid *id, vv_error *err)
{
	return !s->repo->partial || vv_object_is_here(s->repo, id)
		       ? VV_OK
		       : vv_fail(err, VV_EMISSING, "the object %s is not in this partial clone",
				 vv_git_shows(id));
}

static vv_status hash_blob(uint8_t out[VV_SHA256_LEN], vv_sha256_ids *s, const git_oid *id,
			   vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = check_here(s, id, err);

	rc = rc < 0 ? rc : vv_object_header(s->repo, id, &type, &size, err);
	if (rc == VV_ENOTFOUND) return vv_recode(err, VV_EMISSING);
	if (rc < 0) return rc;
	if (type == GIT_OBJECT_BLOB && size > IN_MEMORY_MAX) {
		rc = vv_repository_flush(s->repo, err);
		return rc < 0 ? rc : stream_blob(out, s->repo, id, size, err);
	}
	rc = vv_object_read(s->repo, id, GIT_OBJECT_BLOB, IN_MEMORY_MAX, &object, err);
	return rc < 0 ? rc
		      : hash_object(out, "blob", git_odb_object_data(object),
				    git_odb_object_size(object), err);
}

/* --- trees ---------------------------------------------------------------------------------------- */

static vv_status enter_tree(vv_sha256_ids *s, const git_oid *id, vv_error *err)
{
	const git_oid copy = *id; /* it may be in a level that moves */

	if (s->depth == DEPTH_MAX) {
		return vv_fail(err, VV_EREFUSED, "the folders of tree %s are nested too deeply",
			       vv_git_shows(&s->levels[0].id));
	}
	if (!vv_array_add(s->levels, s->depth, s->level_cap, (level){.id = copy})) {
		return vv_fail_nomem(err);
	}
	level *l = &s->levels[s->depth - 1];
	vv_status rc = check_here(s, &copy, err);
	rc = rc < 0 ? rc
		    : vv_object_read(s->repo, &copy, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &l->tree,
				     err);
	return rc < 0 ? rc : vv_tree_cursor_init(&l->at, l->tree, err);
}

static vv_status put_entry(level *l, const uint8_t sha256[VV_SHA256_LEN], vv_error *err)
{
	vv_buf_printf(&l->bytes, "%o ", l->at.mode);
	vv_buf_put(&l->bytes, l->at.name, l->at.name_len);
	vv_buf_put(&l->bytes, "", 1);
	vv_buf_put(&l->bytes, sha256, VV_SHA256_LEN);
	const vv_status rc = vv_buf_ok(&l->bytes, err);
	return rc < 0 ? rc : vv_tree_cursor_next(&l->at, err);
}

/* The id of the current entry. VV_ENOTFOUND: it is a tree, which was entered. */
static vv_status find_entry(uint8_t out[VV_SHA256_LEN], vv_sha256_ids *s, const level *l,
			    vv_error *err)
{
	const kept_id *k = find_kept(s, &l->at.id);

	if (vv_mode_is_submodule(l->at.mode)) {
		memset(out, 0, VV_SHA256_LEN);
		memcpy(out, l->at.id.id, sizeof(l->at.id.id));
		return VV_OK;
	}
	if (k) {
		memcpy(out, k->sha256, VV_SHA256_LEN);
		return VV_OK;
	}
	if (vv_mode_is_tree(l->at.mode)) {
		const vv_status rc = enter_tree(s, &l->at.id, err);
		return rc < 0 ? rc : VV_ENOTFOUND;
	}
	const vv_status rc = hash_blob(out, s, &l->at.id, err);
	return rc < 0 ? rc : keep_id(s, &l->at.id, out, err);
}

static vv_status hash_tree(uint8_t out[VV_SHA256_LEN], vv_sha256_ids *s, const git_oid *tree,
			   vv_error *err)
{
	vv_status rc = enter_tree(s, tree, err);

	while (rc == VV_OK && s->depth > 0) {
		level *l = &s->levels[s->depth - 1];

		if (!l->at.valid) {
			if ((rc = hash_object(out, "tree", vv_buf_cstr(&l->bytes), l->bytes.len,
					      err)) < 0 ||
			    (rc = keep_id(s, &l->id, out, err)) < 0) {
				return rc;
			}
			leave_tree(s);
			continue;
		}
		const size_t depth = s->depth;
		rc = find_entry(out, s, l, err);
		if (rc == VV_OK) {
			rc = put_entry(l, out, err);
		} else if (s->depth > depth && rc == VV_ENOTFOUND) {
			rc = VV_OK;
		}
	}
	return rc;
}

/* --- any object ----------------------------------------------------------------------------------- */

static vv_status peel_tag(git_oid *id, git_object_t *type, vv_sha256_ids *s, vv_error *err)
{
	uint64_t size;
	vv_status rc;

	for (unsigned i = 0; i < DEPTH_MAX; i++) {
		if ((rc = vv_object_header(s->repo, id, type, &size, err)) < 0 ||
		    *type != GIT_OBJECT_TAG) {
			return rc;
		}
		if ((rc = vv_tag_target(s->repo, id, id, err)) < 0) return rc;
	}
	return vv_fail(err, VV_EREFUSED, "the tag %s is nested too deeply", vv_git_shows(id));
}

vv_status vv_sha256_id_of(uint8_t out[VV_SHA256_LEN], vv_sha256_ids *s, const vv_oid *id,
			  vv_error *err)
{
	git_oid at = *vv_to_git(id);
	git_object_t type;
	vv_status rc = peel_tag(&at, &type, s, err);

	while (s->depth > 0) { /* left by a failure */
		leave_tree(s);
	}
	if (rc == VV_OK && type == GIT_OBJECT_COMMIT) {
		rc = vv_commit_tree(s->repo, vv_from_git(&at), &at, err);
	}
	if (rc < 0) return rc;
	const kept_id *k = find_kept(s, &at);
	if (k) {
		memcpy(out, k->sha256, VV_SHA256_LEN);
		return VV_OK;
	}
	return type == GIT_OBJECT_BLOB ? hash_blob(out, s, &at, err) : hash_tree(out, s, &at, err);
}

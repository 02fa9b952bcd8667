/*
 * blob: reads Git objects, with the size before the bytes, and writes them.
 *
 * A pack from elsewhere may claim any size for an object and libgit2 would
 * allocate it, hence the header first.
 */
#include <stdio.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/pack_heads.h"
#include "repo/git/program.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"

#define LAST_BLOB_MAX 65536u /* bytes of a blob that is kept */

static const char *type_name(git_object_t type)
{
	const char *name = git_object_type2string(type);

	return name && *name ? name : "object";
}

/* In a partial clone git fetches a requested missing object from the remote. */
static bool fetch_promised(vv_repository *r, const git_oid *id)
{
	const char *argv[] = {"git", "--git-dir",      r->gitdir, "cat-file",
			      "-e",  vv_git_shows(id), NULL};
	int code = -1;

	if (!r->partial) return false;
	if (vv_program_run(r->env, argv, NULL, 0, NULL, &code, NULL) < 0 || code != 0) return false;
	return git_odb_refresh(r->odb) == 0;
}

vv_status vv_object_cut_off(const char *what, const char *hex, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND,
		       "%s %s is missing: this clone is shallow, and lacks older commits\n'git "
		       "fetch --unshallow' gets all older commits, 'git fetch --deepen=1' one more",
		       what, hex);
}

vv_status vv_object_header(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
			   vv_error *err)
{
	size_t len = 0;
	int code = vv_pack_heads_find(r, id, type, size, err);

	if (code != 0) return code < 0 ? (vv_status)code : VV_OK;
	code = git_odb_read_header(&len, type, r->odb, id);
	if (code == GIT_ENOTFOUND && fetch_promised(r, id)) {
		code = git_odb_read_header(&len, type, r->odb, id);
	}
	if (code == GIT_ENOTFOUND && r->shallow_count > 0) {
		return vv_object_cut_off("object", vv_git_shows(id), err);
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the object %s", vv_git_shows(id));
	}
	*size = len;
	return VV_OK;
}

vv_status vv_object_read(vv_repository *r, const git_oid *id, git_object_t type, uint64_t max,
			 git_odb_object **out, vv_error *err)
{
	git_object_t found;
	uint64_t size;
	vv_status rc = vv_object_header(r, id, &found, &size, err);
	int code;

	if (rc == VV_ENOTFOUND && (type == GIT_OBJECT_TREE || type == GIT_OBJECT_BLOB)) {
		return vv_recode(err, VV_EMISSING); /* a commit names it */
	}
	if (rc < 0) return rc;
	if (type != GIT_OBJECT_ANY && found != type) {
		return vv_fail(err, VV_EUSAGE, "the object %s is a %s, expected a %s",
			       vv_git_shows(id), type_name(found), type_name(type));
	}
	if (size > max) {
		return vv_fail(err, VV_EREFUSED, "the %s %s has %s, and the limit is %s",
			       type_name(found), vv_git_shows(id), vv_text_bytes(size),
			       vv_text_bytes(max));
	}
	if ((code = git_odb_read(out, r->odb, id)) < 0) {
		return vv_git_fail(err, code, "cannot read the %s %s", type_name(found),
				   vv_git_shows(id));
	}
	return VV_OK;
}

vv_status vv_tag_target(vv_repository *r, const git_oid *tag, git_oid *out, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_status rc = vv_object_read(r, tag, GIT_OBJECT_TAG, VV_TAG_BYTES_MAX, &object, err);

	if (rc < 0) return rc;
	const char *text = git_odb_object_data(object);
	if (git_odb_object_size(object) < 7 + VV_OID_TEXT || memcmp(text, "object ", 7) != 0 ||
	    !vv_oid_parse(vv_from_git_out(out), text + 7, VV_OID_TEXT)) {
		rc = vv_fail(err, VV_ECORRUPT, "the tag %s does not begin with its object",
			     vv_git_shows(tag));
	}
	return rc;
}

vv_status vv_blob_size(vv_repository *r, const vv_oid *id, uint64_t *out, vv_error *err)
{
	git_object_t type;
	vv_status rc = vv_object_header(r, vv_to_git(id), &type, out, err);

	if (rc == VV_ENOTFOUND) return vv_recode(err, VV_EMISSING);
	if (rc < 0 || type == GIT_OBJECT_BLOB) return rc;
	return vv_fail(err, VV_EUSAGE, "the object %s is a %s, expected a blob", vv_oid_shows(id),
		       type_name(type));
}

/* The last blob: callers check one after the other whether it is a pointer, whether a damaged one, and for its
 * content. */
typedef struct vv_last_blob {
	vv_oid id;
	vv_buf bytes;
	struct vv_last_blob *next; /* of those that are kept to be given once */
	atomic_bool given;
} last_blob;

static void last_blob_put(vv_repository *r, last_blob *take_b)
{
	last_blob *old = atomic_exchange(&r->last_blob, take_b);

	if (old) {
		vv_buf_clear(&old->bytes);
		vv_free(old);
	}
}

static void close_last_blob(vv_repository *r)
{
	last_blob_put(r, NULL);
	while (r->kept_blobs) {
		last_blob *b = r->kept_blobs;

		r->kept_blobs = b->next;
		vv_buf_clear(&b->bytes);
		vv_free(b);
	}
}

void vv_blob_keep(vv_repository *r, const vv_oid *id, vv_buf *take)
{
	last_blob *b = vv_calloc(1, sizeof(*b));

	if (!b) return;
	*b = (last_blob){*id, *take, r->kept_blobs, false};
	*take = (vv_buf)VV_BUF_INIT;
	r->kept_blobs = b;
	r->close_last_blob = close_last_blob;
}

/* As peek; false: it is another. */
static bool last_blob_get(vv_repository *r, const vv_oid *id, uint64_t max, uint64_t *size,
			  vv_buf *out)
{
	last_blob *b = atomic_exchange(&r->last_blob, NULL); /* no other thread has it now */
	const bool is = b && vv_oid_equal(&b->id, id);

	*size = is ? b->bytes.len : 0;
	if (is && *size <= max) {
		vv_buf_put(out, b->bytes.data, b->bytes.len);
	}
	if (b) {
		last_blob_put(r, b);
	}
	return is;
}

static void last_blob_keep(vv_repository *r, const vv_oid *id, const void *bytes, size_t len)
{
	last_blob *b = len <= LAST_BLOB_MAX ? vv_calloc(1, sizeof(*b)) : NULL;

	if (!b) return;
	b->id = *id;
	vv_buf_put(&b->bytes, bytes, len);
	if (vv_buf_ok(&b->bytes, VV_IGNORED) < 0) {
		vv_buf_clear(&b->bytes);
		vv_free(b);
		return;
	}
	r->close_last_blob = close_last_blob;
	last_blob_put(r, b);
}

/* Sets *size to the size of a blob, and appends its bytes to out if the blob has at most max
 * bytes. */
static vv_status peek_blob(vv_repository *r, const vv_oid *id, uint64_t max, uint64_t *size,
			   vv_buf *out, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_status rc;
	int code;

	if (last_blob_get(r, id, max, size, out)) return vv_buf_ok(out, err);
	if ((rc = vv_blob_size(r, id, size, err)) < 0 || *size > max) return rc;
	if ((code = git_odb_read(&object, r->odb, vv_to_git(id))) < 0) {
		return vv_git_fail(err, code, "cannot read the blob %s", vv_oid_shows(id));
	}
	last_blob_keep(r, id, git_odb_object_data(object), git_odb_object_size(object));
	vv_buf_put(out, git_odb_object_data(object), git_odb_object_size(object));
	return vv_buf_ok(out, err);
}

void vv_blob_expect(vv_repository *r, const vv_oid *id)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	uint64_t size;

	(void)peek_blob(r, id, LAST_BLOB_MAX, &size, &bytes, VV_IGNORED);
}

/* Appends the bytes to out, unless those at its beginning in a pack are of no pointer. */
static vv_status peek_pointer(vv_repository *r, const vv_oid *id, uint64_t *size, vv_buf *out,
			      vv_error *err)
{
	uint8_t begin[VV_PACK_BEGIN];

	if (last_blob_get(r, id, VV_POINTER_MAX, size, out)) return vv_buf_ok(out, err);
	if (!vv_pack_heads_begin(r, vv_to_git(id), NULL, begin) ||
	    vv_pointer_may_begin(begin, sizeof(begin))) {
		return peek_blob(r, id, VV_POINTER_MAX, size, out, err);
	}
	return vv_blob_size(r, id, size, err);
}

vv_status vv_pointer_blob_read(vv_pointer_blob *out, vv_arena *arena, vv_repository *r,
			       const vv_oid *id, vv_error *err)
{
	*out = (vv_pointer_blob){.found = VV_ENOTFOUND};
	const vv_status rc = peek_pointer(r, id, &out->size, &out->text, err);

	if (rc < 0) return rc;
	out->found = vv_pointer_find(&out->pointer, arena, out->text.data, out->text.len,
				     &out->why);
	return out->found == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

void vv_pointer_blob_clear(vv_pointer_blob *b)
{
	vv_buf_clear(&b->text);
}

vv_status vv_blob_read(vv_repository *r, const vv_oid *id, uint64_t max, vv_buf *out, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	uint64_t size;
	vv_status rc;

	if (last_blob_get(r, id, max, &size, out) && size <= max) return vv_buf_ok(out, err);
	for (last_blob *b = r->kept_blobs; b; b = b->next) {
		if (vv_oid_equal(&b->id, id) && out->len == 0 &&
		    !atomic_exchange(&b->given, true) && b->bytes.len <= max) {
			vv_buf_clear(out);
			*out = b->bytes;
			b->bytes = (vv_buf)VV_BUF_INIT;
			return VV_OK;
		}
	}
	if ((rc = vv_object_read(r, vv_to_git(id), GIT_OBJECT_BLOB, max, &object, err)) < 0) {
		return rc;
	}
	vv_buf_put(out, git_odb_object_data(object), git_odb_object_size(object));
	return vv_buf_ok(out, err);
}

vv_status vv_blob_write(vv_repository *r, const void *bytes, size_t len, vv_oid *out, vv_error *err)
{
	return vv_quarantine_write(r, GIT_OBJECT_BLOB, bytes, len, vv_to_git_out(out), err);
}

vv_status vv_blob_id(const void *bytes, size_t len, vv_oid *out, vv_error *err)
{
	return vv_git_name(vv_to_git_out(out), bytes, len, GIT_OBJECT_BLOB, err);
}

vv_status vv_blob_id_of_file(const char *file, vv_oid *out, vv_error *err)
{
	int code;
	vv_status rc = vv_git_start(err);

	if (rc < 0) return rc;
	if ((code = git_odb_hashfile(vv_to_git_out(out), file, GIT_OBJECT_BLOB)) < 0) {
		rc = vv_git_fail(err, code, "cannot read '%s'", vv_text_shows(file));
	}
	vv_git_stop();
	return rc;
}

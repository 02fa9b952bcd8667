/*
 * git_transfer: looks at each object as it passes by: its base must be there already.
 */
#include "tests/unit/repo/git_transfer.h"

#include <stdio.h>
#include <string.h>

static vv_status pass(void *payload, const vv_git_object *o, vv_error *err)
{
	transfer *t = payload;
	vv_buf base = VV_BUF_INIT;
	vv_status rc = VV_OK;
	vv_oid id;

	t->objects++;
	if (t->objects == t->skip) return VV_OK;
	t->bytes += o->len;
	if (!vv_oid_is_null(&o->base)) {
		t->with_base++;
		rc = vv_git_receive_base(t->to, o->type, o->base.id, 8, &base, err);
		if (rc == VV_ENOTFOUND && t->skip == 0) {
			fail_msg("the base of an object did not come before it: %s", err->message);
		}
		vv_buf_clear(&base);
		if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	}
	if ((rc = vv_git_receive_object(t->to, o->type, o->bytes, o->len, &id, err)) < 0) return rc;
	assert_true(vv_oid_equal(&id, &o->id));
	return VV_OK;
}

vv_status transfer_objects(transfer *t, vv_repository *from, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_error *err)
{
	return vv_git_objects_each(from, wants, want_count, haves, have_count, UINT64_MAX, pass, t,
				   &t->commits, err);
}

vv_status transfer_all(transfer *t, vv_repository *from, vv_repository *to, const vv_oid *want,
		       const vv_oid *have, const char *name, vv_error *err)
{
	char ref[256];
	vv_status rc;

	memset(t, 0, sizeof *t);
	(void)snprintf(ref, sizeof ref, "refs/heads/%s", name);
	if ((rc = vv_git_receive_open(&t->to, to, NULL, err)) < 0) return rc;
	if ((rc = transfer_objects(t, from, want, 1, have, have ? 1 : 0, err)) < 0 ||
	    (rc = vv_git_receive_end(t->to, want, 1, err)) < 0 ||
	    (rc = vv_git_receive_install(t->to, err)) < 0) {
		goto done;
	}
	rc = vv_ref_update(to, ref, want, NULL, true, "transfer", err);
done:
	assert_int_equal(vv_git_receive_count(t->to) <= t->objects, true);
	vv_git_receive_close(t->to);
	t->to = NULL;
	return rc;
}

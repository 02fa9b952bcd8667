/*
 * git_signed: what has a signature, and how git is asked about it.
 */
#include "lib/heads/git_signed.h"

#include <string.h>

#include "repo/git/objects/send.h"
#include "repo/git/run_git.h"

#define OBJECT_MAX ((uint64_t)16 << 20)

/* git says nothing of what is not signed, but it also says what else is wrong, in any language: what is signed is seen before. */
static vv_status is_signed(bool *is, vv_repository *r, const vv_oid *id, bool tag, vv_error *err)
{
	static const char *const begins[] = {
		"\n-----BEGIN PGP SIGNATURE-----\n", "\n-----BEGIN PGP MESSAGE-----\n",
		"\n-----BEGIN SSH SIGNATURE-----\n", "\n-----BEGIN SIGNED MESSAGE-----\n"};
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_status rc = vv_git_object_bytes(r, tag ? VV_GIT_TAG : VV_GIT_COMMIT, id, OBJECT_MAX,
					   &raw, err);
	const char *text = rc < 0 ? "" : vv_buf_cstr(&raw), *header = strstr(text, "\ngpgsig"),
		   *end = strstr(text, "\n\n");

	*is = header && (!end || header < end);
	for (size_t i = 0; tag && i < sizeof(begins) / sizeof(begins[0]); i++) {
		*is = *is || strstr(text, begins[i]);
	}
	return rc;
}

vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err)
{
	const char *args[] = {tag ? "verify-tag" : "verify-commit", vv_oid_shows(id), NULL};
	const vv_git_call call = {.args = args, .repo = r};
	int code = 0;
	bool is = false;
	vv_status rc = is_signed(&is, r, id, tag, err);

	if (rc < 0 || !is) return rc;
	rc = vv_git_run(&call, said, &code, err);
	*good = code == 0;
	return rc;
}

vv_status vv_git_signed_tag(vv_buf *name, vv_oid *id, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const char *args[] = {
		"for-each-ref",        "--sort=-version:refname",
		"--sort=-creatordate", "--format=%(objecttype) %(objectname) %(refname)",
		"refs/tags",           NULL};
	const vv_git_call call = {.args = args, .repo = r, .output = &line};
	vv_status rc = vv_git_must(&call, "its tags", err);

	for (const char *p = vv_buf_cstr(&line); rc == VV_OK && *p;
	     p += strcspn(p, "\n"), p += *p == '\n') {
		const char *at = p + strlen("tag ");
		if (strncmp(p, "tag ", 4) == 0 && vv_oid_parse(id, at, VV_OID_TEXT)) {
			vv_buf_set(name, at + VV_OID_TEXT + 1, strcspn(at, "\n") - VV_OID_TEXT - 1);
			return vv_buf_ok(name, err);
		}
	}
	return rc < 0 ? rc : vv_fail(err, VV_ENOTFOUND, "no annotated tag is here");
}

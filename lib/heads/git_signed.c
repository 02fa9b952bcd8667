/*
 * git_signed: git is asked, whose silence means that nothing is signed.
 */
#include "lib/heads/git_signed.h"

#include <string.h>

#include "repo/git/run_git.h"

vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err)
{
	const char *args[] = {tag ? "verify-tag" : "verify-commit", vv_oid_shows(id), NULL};
	const vv_git_call call = {.args = args, .repo = r};
	int code = 0;
	const vv_status rc = vv_git_run(&call, said, &code, err);

	*good = code == 0;
	if (rc == VV_OK && tag && strstr(vv_buf_cstr(said), "no signature found")) {
		vv_buf_reset(said);
	}
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

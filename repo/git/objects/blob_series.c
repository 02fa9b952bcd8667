/*
 * blob_series: the input of git fast-import. That has one thread and hashes, compares and compresses a blob when it has
 * read all of it: meanwhile the next one is made here.
 */
#include "repo/git/objects/blob_series.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/blob.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

struct vv_blob_series {
	vv_repository *repo;
	vv_fed git;
	bool started;
	vv_buf output, said;
};

vv_status vv_blob_series_open(vv_blob_series **out, vv_repository *r, vv_error *err)
{
	if (!(*out = vv_calloc(1, sizeof(**out)))) return vv_fail_nomem(err);
	(*out)->repo = r;
	return VV_OK;
}

void vv_blob_series_close(vv_blob_series *s)
{
	if (!s) return;
	if (s->started) {
		vv_fed_close(&s->git);
	}
	vv_buf_clear_all(&s->output, &s->said);
	vv_free(s);
}

/* A pack even for few blobs: loose objects are not differences. */
static vv_status start_import(vv_blob_series *s, vv_error *err)
{
	const char *const argv[] = {"git",
				    "--git-dir",
				    s->repo->gitdir,
				    "-c",
				    "fastimport.unpackLimit=1",
				    "fast-import",
				    "--quiet",
				    NULL};
	const vv_run run = {
		.argv = argv, .env = s->repo->env, .output = &s->output, .errors = &s->said};
	const vv_status rc = vv_fed_start(&s->git, &run, err);

	s->started = rc == VV_OK;
	return rc;
}

vv_status vv_blob_series_put(vv_blob_series *s, const void *bytes, size_t len, vv_oid *out,
			     vv_error *err)
{
	char head[48];
	vv_status rc = vv_blob_id(bytes, len, out, err);

	if (rc < 0) return rc;
	if (vv_object_is_here(s->repo, vv_to_git(out))) return VV_OK;
	const int n = snprintf(head, sizeof(head), "blob\ndata %zu\n", len);
	if ((!s->started && (rc = start_import(s, err)) < 0) ||
	    (rc = vv_fed_feed(&s->git, head, (size_t)n, err)) < 0) {
		return rc;
	}
	return len > 0 ? vv_fed_feed(&s->git, bytes, len, err) : VV_OK;
}

vv_status vv_blob_series_end(vv_blob_series *s, vv_error *err)
{
	int code;
	vv_status rc;

	if (!s->started) return VV_OK;
	s->started = false;
	if ((rc = vv_fed_end(&s->git, &code, err)) < 0) return rc;
	if (code != 0) {
		return vv_git_explain("cannot write the versions", &s->said, code, err);
	}
	const int refreshed = git_odb_refresh(s->repo->odb);
	return refreshed < 0 ? vv_git_fail(err, refreshed, "cannot read the versions again")
			     : VV_OK;
}

/*
 * promised: the ids from 'git log --raw', and the fetch that git makes for one object, for all of them.
 */
#include "repo/git/history/promised.h"

#include <string.h>

#include "base/path.h"
#include "repo/git/config.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

#define BROUGHT_MAX "1000" /* versions */

/* ":100644 100644 OLD NEW M", and the path as a text of its own. */
static vv_status list_lacking(vv_repository *r, const vv_buf *raw, vv_buf *out, size_t *count,
			      vv_error *err)
{
	for (size_t at = 0; at < raw->len; at += strlen(raw->data + at) + 1) {
		const char *line = raw->data + at;
		vv_oid id;
		git_oid git_id;

		if (strlen(line) < 15 + 2 * (size_t)VV_OID_TEXT + 2 || *line != ':' ||
		    !vv_oid_parse(&id, line + 15 + VV_OID_TEXT + 1, VV_OID_TEXT) ||
		    vv_oid_is_null(&id)) {
			continue;
		}
		vv_oid_to_git(&git_id, &id);
		if (!vv_object_is_here(r, &git_id)) {
			vv_buf_printf(out, "%s\n", vv_oid_shows(&id));
			++*count;
		}
	}
	return vv_buf_ok(out, err);
}

/* "remote.NAME.promisor" */
static vv_status take_name(void *payload, const char *name, const char *value VV_UNUSED,
			   const char *level VV_UNUSED, vv_error *err)
{
	static const char end[] = ".promisor";
	vv_buf *out = payload;

	if (out->len == 0 && vv_path_ends(name, end)) {
		vv_buf_put(out, name + strlen("remote."),
			   strlen(name) - strlen("remote.") - strlen(end));
	}
	return vv_buf_ok(out, err);
}

static vv_status fetch(vv_repository *r, const vv_buf *ids, vv_error *err)
{
	vv_auto(vv_buf) remote = VV_BUF_INIT, said = VV_BUF_INIT;
	int code;
	vv_status rc = vv_config_each(r, "remote.", take_name, &remote, err);
	const char *args[] = {"-c",
			      "fetch.negotiationAlgorithm=noop",
			      "fetch",
			      "-q",
			      "--no-tags",
			      "--no-write-fetch-head",
			      "--no-auto-maintenance",
			      "--recurse-submodules=no",
			      "--filter=blob:none",
			      "--stdin",
			      vv_buf_cstr(&remote),
			      NULL};
	const vv_git_call ask = {.args = args, .repo = r, .input = ids->data, .len = ids->len};

	if (rc < 0 || remote.len == 0) return rc;
	if ((rc = vv_git_run(&ask, &said, &code, err)) == VV_OK) {
		(void)git_odb_refresh(r->odb);
	}
	return rc;
}

vv_status vv_promised_bring(vv_repository *r, const vv_oid *commit, const char *path, vv_error *err)
{
	const char *args[] = {"--literal-pathspecs", "log", "--raw", "--no-abbrev", "--no-renames",
			      "--format=",           "-m",  "-z",    "-n",          BROUGHT_MAX,
			      vv_oid_shows(commit),  "--",  path,    NULL};
	vv_auto(vv_buf) raw = VV_BUF_INIT, ids = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_git_call ask = {.args = args, .repo = r, .output = &raw};
	size_t count = 0;
	int code;

	if (!r->partial) return VV_OK;
	vv_status rc = vv_git_run(&ask, &said, &code, err);
	rc = rc < 0 ? rc : list_lacking(r, &raw, &ids, &count, err);
	return rc < 0 || count < 2 ? rc : fetch(r, &ids, err);
}

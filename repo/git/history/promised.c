/*
 * promised: the ids from 'git log --raw', and the fetch that git makes for one object, for all of them.
 */
#include "repo/git/history/promised.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "repo/git/config.h"
#include "repo/git/history/log.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

#define BROUGHT_MAX 1000u /* commits */

#define LINE_IDS 15u /* ":100644 100644 OLD NEW M", and the path as a text of its own */

static vv_status list_lacking(vv_repository *r, const vv_buf *raw, vv_buf *out, size_t *count,
			      vv_error *err)
{
	for (size_t at = 0; at < raw->len; at += strlen(raw->data + at) + 1) {
		const char *line = raw->data + at;
		vv_oid id;

		for (size_t i = 0;
		     i < 2 && *line == ':' && strlen(line) >= LINE_IDS + 2 * (VV_OID_TEXT + 1u);
		     i++) {
			if (!vv_oid_parse(&id, line + LINE_IDS + i * (VV_OID_TEXT + 1u),
					  VV_OID_TEXT) ||
			    vv_oid_is_null(&id)) {
				continue;
			}
			if (!vv_object_is_here(r, vv_to_git(&id))) {
				vv_buf_printf(out, "%s\n", vv_oid_shows(&id));
				++*count;
			}
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

static vv_status fetch_objects(vv_repository *r, const vv_buf *ids, vv_error *err)
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

/* words: of the log, as 'git log --stdin' reads them. all: "--all", or NULL. max: of its commits; 0: all. */
static vv_status bring_objects(vv_repository *r, const vv_buf *words, const char *all, uint64_t max,
			       vv_error *err)
{
	char limit[24];
	const char *args[] = {"--literal-pathspecs",
			      "log",
			      "--raw",
			      "--no-abbrev",
			      "--no-renames",
			      "--format=",
			      "-m",
			      "-z",
			      "-n",
			      limit,
			      "--stdin",
			      all,
			      NULL};
	vv_auto(vv_buf) raw = VV_BUF_INIT, ids = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_git_call ask = {
		.args = args, .repo = r, .input = words->data, .len = words->len, .output = &raw};
	size_t count = 0;
	int code;

	(void)snprintf(limit, sizeof limit, "%u",
		       max > 0 && max < BROUGHT_MAX ? (unsigned)max : BROUGHT_MAX);
	vv_status rc = vv_buf_ok(words, err);
	rc = rc < 0 ? rc : vv_git_run(&ask, &said, &code, err);
	rc = rc < 0 ? rc : list_lacking(r, &raw, &ids, &count, err);
	return rc < 0 || count < 2 ? rc : fetch_objects(r, &ids, err);
}

vv_status vv_promised_bring(vv_repository *r, const vv_log_options *log, vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	if (!r->partial) return VV_OK;
	vv_log_put_tips(&words, log);
	vv_buf_puts(&words, "--\n");
	for (const char *const *path = log->paths; path && *path; path++) {
		vv_buf_printf(&words, "%s\n", *path);
	}
	return bring_objects(r, &words, log->all ? "--all" : NULL,
			     log->max_count > 0 ? log->max_count + log->skip : 0, err);
}

vv_status vv_promised_bring_new(vv_repository *r, const vv_oid *ids, size_t count,
				const vv_oid *known, size_t known_count, vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;

	if (!r->partial) return VV_OK;
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&words, "%s\n", vv_oid_shows(&ids[i]));
	}
	for (size_t i = 0; i < known_count; i++) {
		vv_buf_printf(&words, "^%s\n", vv_oid_shows(&known[i]));
	}
	return bring_objects(r, &words, NULL, 0, err);
}

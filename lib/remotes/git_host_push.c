/*
 * git_host_push: the options of git push, and the lines of --porcelain.
 */
#include "lib/remotes/git_host.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/verb/push_line.h"

/* Keeps the summaries of refs that did not move. */
static vv_status read_answer(vv_git_push *refs, size_t count, const char *line, size_t len,
			     size_t *told, vv_error *err)
{
	vv_push_line l;

	if (!vv_push_line_read(&l, line, len)) return VV_OK;
	vv_array_each(refs, count, p) {
		if (strlen(p->to) != l.to_len || memcmp(p->to, l.to, l.to_len) != 0) {
			continue;
		}
		(*told)++;
		p->same = l.flag == '=';
		(void)snprintf(p->was, sizeof(p->was), "%.*s",
			       (int)strspn(l.summary, "0123456789abcdef"), l.summary);
		if (l.flag == '!' && !p->why) {
			p->unsent = l.unsent;
			p->why = vv_strndup(l.summary, l.summary_len);
			return p->why ? VV_OK : vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Forced moves need a lease on the last known id. */
static vv_status put_leases(const vv_git_push *refs, size_t count, const char **args, size_t *n,
			    vv_arena *arena, vv_error *err)
{
	vv_array_each(refs, count, ref) {
		if (!ref->force) {
			continue;
		}
		args[*n] = vv_arena_printf(arena, "--force-with-lease=%s:%s", ref->to,
					   vv_oid_is_null(&ref->old) ? ""
								     : vv_oid_shows(&ref->old));
		if (!args[(*n)++]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status put_specs(const vv_git_push *refs, size_t count, const char **args, size_t *n,
			   vv_arena *arena, vv_error *err)
{
	vv_array_each(refs, count, p) {
		args[*n] = vv_arena_printf(
			arena, "%s:%s", vv_oid_is_null(&p->id) ? "" : vv_oid_shows(&p->id), p->to);
		if (!args[(*n)++]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* *plain: the host cannot move several refs or none, and moved none. */
static vv_status run_push(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, bool atomic, vv_buf *said, bool *plain, vv_error *err)
{
	static const char *const more[] = {"VARVE_HOOK=pre-push", NULL};
	const char *args[VV_GIT_ARGS_MAX] = {"push", "--porcelain", "--no-follow-tags",
					     "--recurse-submodules=no"};
	vv_auto(vv_buf) out = VV_BUF_INIT, all = VV_BUF_INIT, what = VV_BUF_INIT;
	vv_auto(vv_arena) arena = {0};
	size_t n = 4, told = 0;
	int code = 0;
	vv_git_call run = *to;

	if (no_verify) {
		args[n++] = "--no-verify";
	}
	if (atomic) {
		args[n++] = "--atomic";
	}
	vv_status rc = put_leases(refs, count, args, &n, &arena, err);
	args[n++] = "--";
	args[n++] = word;
	if (rc == VV_OK) {
		rc = put_specs(refs, count, args, &n, &arena, err);
	}
	args[n] = NULL;
	run.args = args;
	run.more = more;
	run.output = &out;
	if (rc == VV_OK) {
		rc = vv_git_run(&run, &all, &code, err);
	}
	for (vv_line l = {.rest = vv_buf_cstr(&out)}; rc == VV_OK && vv_line_next(&l);) {
		rc = read_answer(refs, count, l.text, l.len, &told, err);
	}
	vv_git_remote_lines(&all, said);
	/* --porcelain has no line for a host without atomic pushes: only git's words name it */
	*plain = atomic && told == 0 && strstr(vv_buf_cstr(&all), "atomic");
	if (rc == VV_OK && code != 0 && told == 0 && !*plain) {
		vv_buf_printf(&what, "'%s'", vv_text_url(to->url));
		rc = vv_git_explain(vv_buf_cstr(&what), &all, code, err);
	}
	return rc;
}

#define AT_ONCE 24u /* refs on one command line */

vv_status vv_git_push_run(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, vv_buf *said, vv_error *err)
{
	vv_status rc = VV_OK;
	bool plain = false;

	for (size_t i = 0; rc == VV_OK && i < count; i += AT_ONCE) {
		size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
		rc = run_push(to, word, refs + i, n, no_verify, n > 1, said, &plain, err);
		if (rc == VV_OK && plain) {
			rc = run_push(to, word, refs + i, n, no_verify, false, said, &plain, err);
		}
	}
	return rc;
}

/*
 * apply_git: the arguments of git apply, and whether varve's filter takes part.
 */
#include "lib/merge/apply_git.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/verb/runner.h"

#define ARGS_MAX 24u

/* The line of a pointer that every change of its table changes. */
static const char root_line[] = "{\"varve\": ";

/* git converts no file of a table. */
static const char *const without_filter[] = {
	"-c", "filter.varve.process=", "-c", "filter.varve.clean=",
	"-c", "filter.varve.smudge=",  "-c", "filter.varve.required=false"};

static bool has_pointers(const char *patch, size_t len)
{
	const char *end = patch + len;

	for (const char *p = patch; p; p = memchr(p, '\n', (size_t)(end - p))) {
		p += *p == '\n';
		if ((size_t)(end - p) <= sizeof(root_line)) {
			break;
		}
		if ((*p == '+' || *p == '-' || *p == ' ') &&
		    memcmp(p + 1, root_line, sizeof(root_line) - 1) == 0) {
			return true;
		}
	}
	return false;
}

/* "<added>\t<removed>\t<path>", as git apply --numstat prints them. */
static void describe_lines(vv_buf *said, const char *lines)
{
	for (vv_line l = {.rest = lines}; vv_line_next(&l);) {
		const char *path = memchr(l.text, '\t', l.len), *end = l.text + l.len;

		path = path ? memchr(path + 1, '\t', (size_t)(end - path - 1)) : NULL;
		if (!path) {
			continue;
		}
		vv_text_put_escaped(said, path + 1, (size_t)(end - path - 1));
		vv_buf_printf(said, ": applied a Git patch\n");
	}
}

vv_status vv_apply_git(vv_repository *r, const void *patch, size_t len,
		       const vv_apply_git_options *o, vv_buf *said, vv_error *err)
{
	const bool pointers = has_pointers(patch, len);
	const char *args[ARGS_MAX] = {NULL};
	size_t n = 0;
	vv_status rc;

	if (!pointers && (o->cached || o->three_way)) {
		return vv_fail(err, VV_EUSAGE,
			       "a Git patch of lines is applied to files, not to the index\n"
			       "apply it without --cached and --3way, then stage the files");
	}
	vv_auto(char) *strip = vv_asprintf("-p%s", o->strip ? o->strip : "1");
	if (!strip) return vv_fail_nomem(err);
	for (size_t i = 0; !pointers && i < sizeof(without_filter) / sizeof(without_filter[0]);
	     i++) {
		args[n++] = without_filter[i];
	}
	const struct {
		bool wanted;
		const char *word;
	} words[] = {{true, "apply"},         {!o->check, "--apply"},    {!o->check, "--numstat"},
		     {o->check, "--check"},   {o->reverse, "--reverse"}, {o->reject, "--reject"},
		     {o->cached, "--cached"}, {o->three_way, "--3way"},  {true, strip}};
	vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
		if (it->wanted) {
			args[n++] = it->word;
		}
	}
	vv_auto(vv_runner) git = {.repo = r, .args = args, .input = patch, .len = len};
	if ((rc = vv_runner_run(&git, err)) < 0) return rc;
	if (git.code != 0) {
		(void)vv_runner_fail(&git, "the patch was not applied", err);
		return vv_recode(err, VV_ECONFLICT);
	}
	describe_lines(said, vv_buf_cstr(&git.output));
	return vv_buf_ok(said, err);
}

/*
 * settle: the command lines.
 */
#include "cmd/web/model/settle.h"

#include <string.h>

#include "base/text.h"
#include "repo/git/history/state.h"
#include "repo/git/program.h"

#define CPU_SECONDS 600u
#define WORDS 10u

typedef struct words {
	vv_web_visit *v;
	const char *list[WORDS + 1];
	size_t count;
} words;

static void add(words *w, const char *option, const char *value)
{
	w->list[w->count++] = vv_web_text(w->v, "%s%s", option, value);
}

/* The path alone, though it may look like a pattern. */
static const char *literal_path(words *w, const char *path)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_puts(&b, "./");
	for (; *path; path++) {
		if (strchr("*?[\\", *path)) {
			vv_buf_putc(&b, '\\');
		}
		vv_buf_putc(&b, *path);
	}
	return vv_web_keep_buf(w->v, &b);
}

static vv_status make_words(words *w, const vv_web_settling *s, vv_error *err)
{
	const char *state = vv_state_name(w->v->repo);

	if (strcmp(s->take, "continue") == 0 && *state && strcmp(state, "rebase") != 0) {
		add(w, state, "");
		add(w, "--continue", "");
	} else if (s->path && (strcmp(s->take, "ours") == 0 || strcmp(s->take, "theirs") == 0 ||
			       strcmp(s->take, "base") == 0 || strcmp(s->take, "once") == 0 ||
			       strcmp(s->take, "both") == 0)) {
		add(w, "resolve", "");
		add(w, "--", s->take);
		if (s->row && *s->row) {
			add(w, "--row=", s->row);
		}
		if (s->column && *s->column) {
			add(w, "--column=", s->column);
		}
		if (s->key) {
			add(w, "--key", "");
		}
		add(w, "--", "");
		add(w, literal_path(w, s->path), "");
	} else if (strcmp(s->take, "continue") == 0) {
		return vv_fail(err, VV_EUSAGE, "no merge, cherry-pick or revert is in progress");
	} else {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' does not resolve a conflict\nuse ours, theirs or base",
			       vv_text_shows(s->take));
	}
	return w->v->failed ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_web_settle(vv_web_visit *v, const vv_web_settling *s, vv_error *err)
{
	static const char *const more[] = {"GIT_EDITOR=:", NULL};
	vv_auto(char) *program = NULL;
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT;
	words w = {.v = v, .count = 1};
	int code;
	vv_status rc;

	if (!v->work_tree || !vv_repository_workdir(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page 'conflicts'");
	}
	if ((rc = make_words(&w, s, err)) < 0 ||
	    (rc = vv_program_find_own(&program, vv_repository_env(v->repo), "varve", err)) < 0) {
		return rc;
	}
	w.list[0] = program;
	const vv_run run = {.argv = w.list,
			    .dir = vv_repository_workdir(v->repo),
			    .env = vv_repository_env(v->repo),
			    .more = more,
			    .output = &out,
			    .errors = &said,
			    .cpu_seconds = CPU_SECONDS};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	if (code == 0) return VV_OK;
	const char *line = vv_buf_cstr(&said);
	line += strncmp(line, "varve: ", 7) == 0 ? 7 : 0;
	return vv_fail(err, VV_EUSAGE, "varve %s: %.*s", w.list[1], (int)strcspn(line, "\n"), line);
}

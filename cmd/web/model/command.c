/*
 * command: the environment of commands, and the line of their messages that has the reason.
 */
#include "cmd/web/model/command.h"

#include <string.h>

#include "base/array.h"
#include "repo/git/program.h"

#define CPU_SECONDS 600u

const char *vv_web_field(const vv_web_verb *verb, const char *name)
{
	const vv_http_parameter *found = vv_array_find(verb->fields, verb->field_count, p,
						       strcmp(p->name, name) == 0);

	return found ? found->value : "";
}

/* The first line of an error; without one, the first line. */
static const char *find_reason(const char *errors)
{
	static const char *const marks[] = {"varve: ", "error: ", "fatal: "};

	for (const char *line = errors; *line; line += strcspn(line, "\n"), line += *line != '\0') {
		vv_array_each(marks, sizeof(marks) / sizeof(marks[0]), mark) {
			const size_t len = strlen(*mark);

			if (strncmp(line, *mark, len) == 0) return line + len;
		}
	}
	return errors;
}

vv_status vv_web_run(vv_web_visit *v, const vv_web_command *command, int *code, const char **said,
		     vv_error *err)
{
	static const char *const more[] = {"GIT_EDITOR=:", "GIT_TERMINAL_PROMPT=0", NULL};
	vv_auto(char) *program = NULL;
	vv_auto(vv_buf) output = VV_BUF_INIT, errors = VV_BUF_INIT;
	const vv_env *env = command->env ? command->env : vv_repository_env(v->repo);
	const char *dir = command->dir, **list = command->list, *line;
	vv_status rc = VV_OK;

	if (strcmp(list[0], "varve") == 0) {
		rc = vv_program_find_own(&program, env, "varve", err);
	}
	if (rc < 0) return rc;
	list[0] = program ? program : list[0];
	if (!dir && v->repo) {
		dir = vv_repository_workdir(v->repo);
	}
	const vv_run run = {.argv = list,
			    .dir = dir,
			    .env = env,
			    .more = more,
			    .input = command->input,
			    .len = command->input ? strlen(command->input) : 0,
			    .output = command->out ? command->out : &output,
			    .errors = &errors,
			    .cpu_seconds = CPU_SECONDS};
	rc = vv_run_program(&run, code, err);
	list[0] = program ? "varve" : list[0];
	line = find_reason(vv_buf_cstr(&errors));
	*said = vv_web_keep(v, line, strcspn(line, "\n"));
	return rc;
}

vv_status vv_web_run_list(vv_web_visit *v, const char **list, vv_buf *out, vv_error *err)
{
	const vv_web_command command = {.list = list, .out = out};
	const char *said;
	int code;
	const vv_status rc = vv_web_run(v, &command, &code, &said, err);

	if (rc < 0 || code == 0) return rc;
	return vv_fail(err, VV_EUSAGE, "%s %s: %s", list[0], list[1], said);
}

/*
 * command: the environment of commands, and the first line of their messages.
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
	line = vv_buf_cstr(&errors);
	line += strncmp(line, "varve: ", 7) == 0 ? 7 : 0;
	*said = vv_web_keep(v, line, strcspn(line, "\n"));
	return rc;
}

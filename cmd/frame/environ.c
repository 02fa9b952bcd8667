/*
 * environ: the one copy of the process's environment.
 */
#include "cmd/frame/environ.h"

#include <stddef.h>

extern char **environ;

static vv_env *taken;

vv_status vv_environ_take(vv_error *err)
{
	vv_env_free(taken);
	return vv_env_new(&taken, (const char *const *)environ, err);
}

const vv_env *vv_environ(void)
{
	return taken;
}

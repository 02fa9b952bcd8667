/*
 * env: a snapshot of environment variables.
 *
 * Code below the programs neither reads nor changes the environment of the process; the few exceptions
 * are listed in tests/check/layering.py. A program takes a snapshot when a command starts, and passes
 * it to the function that opens a repository. The repository keeps a copy (vv_repository_env). A
 * program that varve starts gets the variables of the snapshot, plus explicit additions.
 *
 * A correct caller makes a snapshot with vv_env_new, from environ or another array, reads it with
 * vv_env_get, and frees it with vv_env_free. A snapshot never changes, so threads may share it.
 */
#ifndef VV_BASE_ENV_H
#define VV_BASE_ENV_H

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_env vv_env;

/* Makes a snapshot of entries, an array of "NAME=value" strings that ends with NULL. The caller
 * frees *out with vv_env_free. If entries is NULL, the environment is empty. If two entries have
 * the same name, the first is used. */
vv_status vv_env_new(vv_env **out, const char *const *entries, vv_error *err);
void vv_env_free(vv_env *e); /* accepts NULL */
VV_AUTO_FREE(vv_env, vv_env_free)

/* Returns the value of the variable `name`, borrowed from e; NULL if the variable is not set, or if
 * e is NULL. */
const char *vv_env_get(const vv_env *e, const char *name);

/* Returns all entries, an array of "NAME=value" strings that ends with NULL, borrowed from e. If e is
 * NULL, the array is empty. */
const char *const *vv_env_list(const vv_env *e);

/* Returns the folder for temporary files, borrowed from e: TMPDIR if it is an absolute path, else
 * "/tmp". */
const char *vv_env_temp_dir(const vv_env *e);

#endif

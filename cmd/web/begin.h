/*
 * begin: repositories that the owner of `varve web` opens, clones or makes, while none is open.
 */
#ifndef VV_CMD_WEB_BEGIN_H
#define VV_CMD_WEB_BEGIN_H

#include "cmd/web/model/command.h"

#define VV_WEB_BEGIN_MAX 50u /* most repositories that are listed */

/* The folder in which `varve web` was started. Strings are in the visit's arena. */
typedef struct vv_web_begin {
	const char *folder; /* its absolute path */
	const char **names; /* its folders that are repositories, in order */
	size_t count;
	bool complete; /* false: there are more than VV_WEB_BEGIN_MAX */
} vv_web_begin;

/* Reads the current folder, before vv_web_visit_begin: uses only the arena of the visit. */
vv_status vv_web_begin_read(vv_web_visit *v, vv_web_begin *out, vv_error *err);

/* Runs the button verb->name: "open" (the field `folder`), "clone" (`address`, and `folder`, which
 * may be empty), or "start" (makes a repository in `folder`). Sets *path to the absolute path of the
 * repository, in the visit's arena. A clone that was interrupted continues if the button is pressed
 * again. VV_EUSAGE: err has the reason for the user. */
vv_status vv_web_begin_do(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb,
			  const char **path, vv_error *err);

#endif

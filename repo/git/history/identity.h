/*
 * identity: the author or committer, and the time, from Git's variables and settings.
 */
#ifndef VV_REPO_GIT_HISTORY_IDENTITY_H
#define VV_REPO_GIT_HISTORY_IDENTITY_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_person {
	char *name, *email;
	int64_t time;   /* seconds since 1970 */
	int offset_min; /* zone */
} vv_person;

typedef enum vv_role { VV_AUTHOR, VV_COMMITTER } vv_role;

/* The repository's GIT_<ROLE>_NAME, _EMAIL, _DATE, <role>.name, user.name, EMAIL. VV_EUSAGE, with the
 * git config lines, when it is not known. Free with vv_person_clear. */
vv_status vv_identity(vv_repository *r, vv_role role, vv_person *out, vv_error *err);
void vv_person_clear(vv_person *p);
VV_AUTO_CLEAR(vv_person, vv_person_clear)

/* "Name <mail>"; the time is not touched. VV_EUSAGE. */
vv_status vv_person_parse(const char *text, vv_person *out, vv_error *err);

/* Appends "Name <mail> 1700000000 +0100". */
void vv_person_put(vv_buf *b, const vv_person *p);

#endif

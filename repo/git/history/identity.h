/*
 * identity: determines author, committer and time from Git's environment variables and settings.
 */
#ifndef VV_REPO_GIT_HISTORY_IDENTITY_H
#define VV_REPO_GIT_HISTORY_IDENTITY_H

#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* An author or committer, with a time. */
typedef struct vv_person {
	char *name, *email;
	int64_t time;   /* seconds since 1970 */
	int offset_min; /* time zone, in minutes east of UTC */
} vv_person;

/* The role of a person in a commit. */
typedef enum vv_role { VV_AUTHOR, VV_COMMITTER } vv_role;

/* Sets *out to the author or committer, determined from GIT_<ROLE>_NAME, _EMAIL and _DATE, the
 * settings <role>.name and .email, user.name and .email, and EMAIL. The caller clears *out with
 * vv_person_clear. Spaces and the characters . , : ; < > " \ ' are removed from both ends of name
 * and email. If no date is set, the time is now. VV_EUSAGE: name or email is not configured, and
 * the hint has the git config commands; or the date is not valid. */
vv_status vv_identity(vv_repository *r, vv_role role, vv_person *out, vv_error *err);
void vv_person_clear(vv_person *p);
VV_AUTO_CLEAR(vv_person, vv_person_clear)

/* Parses "Name <mail>" into out->name and out->email; the time is unchanged. Does not free their
 * old values. The caller clears *out, also after a failure. VV_EUSAGE: the text has another form,
 * or the name is empty. */
vv_status vv_person_parse(const char *text, vv_person *out, vv_error *err);

/* Appends p as in Git's commits: "Name <mail> 1700000000 +0100". */
void vv_person_put(vv_buf *b, const vv_person *p);

#endif

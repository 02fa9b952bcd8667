/*
 * doctor: finds problems in the settings of git and varve here, and in the tables of the index: a
 * list of findings, each with the command that mends it.
 *
 *	vv_doctor d = {0};
 *	if ((rc = vv_doctor_machine(&d, env, err)) < 0 || ...
 *	for (i = 0; i < d.count; i++) ... d.findings[i].message
 *	vv_doctor_clear(&d);
 *
 * Nothing is changed by looking, but caches.
 */
#ifndef VV_LIB_STATUS_DOCTOR_H
#define VV_LIB_STATUS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_doctor_finding {
	const char *what; /* a word: "hook", "blocks"; a constant */
	bool wrong;       /* else it is only worth knowing */
	char *message;    /* one line, as it may be shown */
	char *mend;       /* a command, or what to do; NULL when nothing can be done */
	bool fetch;       /* a fetch brings the missing blocks, according to local information */
} vv_doctor_finding;

typedef struct vv_doctor {
	vv_doctor_finding *findings;
	size_t count, cap, wrong;
	size_t tables;          /* pointers of the index, and paths that varve is to keep */
	char git[64];           /* its version; "" when there is none */
	vv_hint_words_fn words; /* set by the caller: the program's */
} vv_doctor;

/* git, its version, and varve on the PATH. r may be NULL. doctor.c */
vv_status vv_doctor_machine(vv_doctor *d, const vv_env *env, vv_error *err);
/* Which kinds of documents can be read here, and what lacks for the others. r may be NULL. doctor_documents.c */
vv_status vv_doctor_documents(vv_doctor *d, vv_repository *r, const vv_env *env, vv_error *err);
/* The settings that make git call varve; needed: a repository or user without them is wrong. */
vv_status vv_doctor_settings(vv_doctor *d, vv_repository *r, bool needed, vv_error *err);
/* Settings whose name or value means nothing, the pre-push hook, locks, room on the disk. */
vv_status vv_doctor_repository(vv_doctor *d, vv_repository *r, vv_error *err);
/* Attributes, pointers and their blocks, for each path of the index. doctor_data.c */
vv_status vv_doctor_data(vv_doctor *d, vv_repository *r, vv_index *x, vv_dataset_reader *reader,
			 vv_error *err);
/* Do the remotes answer? doctor_peers.c */
vv_status vv_doctor_peers(vv_doctor *d, vv_repository *r, vv_error *err);

void vv_doctor_clear(vv_doctor *d);
VV_AUTO_CLEAR(vv_doctor, vv_doctor_clear)

/* Adds one with the contents of message and mend (NULL: none), and clears these. */
vv_status vv_doctor_add(vv_doctor *d, const char *what, bool wrong, vv_buf *message, vv_buf *mend,
			vv_error *err);
/* The same with a text for each. */
vv_status vv_doctor_say(vv_doctor *d, const char *what, bool wrong, const char *mend, vv_error *err,
			const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif

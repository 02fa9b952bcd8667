/*
 * doctor: finds problems in the settings of git and varve on this machine, and in the tables of the
 * index. The result is a list of findings, each with the command that repairs the problem.
 *
 *	vv_doctor d = {0};
 *	if ((rc = vv_doctor_machine(&d, env, err)) < 0 || ...
 *	for (i = 0; i < d.count; i++) ... d.findings[i].message
 *	vv_doctor_clear(&d);
 *
 * The checks change nothing except caches.
 */
#ifndef VV_LIB_STATUS_DOCTOR_H
#define VV_LIB_STATUS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_doctor_finding {
	const char *what; /* a word: "hook", "blocks"; a constant */
	bool wrong;       /* a problem; false: only information */
	char *message;    /* one line, safe to show */
	char *mend;       /* a command, or advice; NULL: no remedy */
	bool fetch;       /* according to local information, a fetch gets the missing blocks */
} vv_doctor_finding;

typedef struct vv_doctor {
	vv_doctor_finding *findings;
	size_t count, cap, wrong;
	/* number of pointers in the index and paths that varve tracks */
	size_t tables;
	char git[64];           /* git's version; "": git was not found */
	vv_hint_words_fn words; /* writes the sentences of hints; set by the caller */
} vv_doctor;

/* Checks git, its version, and varve on the PATH (doctor.c). */
vv_status vv_doctor_machine(vv_doctor *d, const vv_env *env, vv_error *err);
/* Reports which kinds of documents can be read on this machine, and what is missing for the others.
 * r may be NULL (doctor_documents.c). */
vv_status vv_doctor_documents(vv_doctor *d, vv_repository *r, const vv_env *env, vv_error *err);
/* Checks the settings that make git call varve. If needed is true, it is a problem if the
 * repository or user does not have them. */
vv_status vv_doctor_settings(vv_doctor *d, vv_repository *r, bool needed, vv_error *err);
/* Checks for invalid names and values of settings, the pre-push hook, locks, and disk space. */
vv_status vv_doctor_repository(vv_doctor *d, vv_repository *r, vv_error *err);
/* Checks attributes, pointers and their blocks, for each path of the index (doctor_data.c). */
vv_status vv_doctor_data(vv_doctor *d, vv_repository *r, vv_index *x, vv_dataset_reader *reader,
			 vv_error *err);
/* Checks that the remotes answer (doctor_peers.c). */
vv_status vv_doctor_peers(vv_doctor *d, vv_repository *r, vv_error *err);

void vv_doctor_clear(vv_doctor *d);
VV_AUTO_CLEAR(vv_doctor, vv_doctor_clear)

/* Adds a finding with the contents of message and mend (may be NULL), and clears both. */
vv_status vv_doctor_add(vv_doctor *d, const char *what, bool wrong, vv_buf *message, vv_buf *mend,
			vv_error *err);
/* Adds a finding with a formatted message and a remedy (mend, may be NULL). */
vv_status vv_doctor_say(vv_doctor *d, const char *what, bool wrong, const char *mend, vv_error *err,
			const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif

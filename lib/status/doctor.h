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

/* One value = one finding. */
typedef struct vv_doctor_finding {
	/* a word for the kind of finding, such as "hook" or "blocks"; a constant */
	const char *what;
	bool wrong;    /* true: a problem; false: only information */
	char *message; /* one line, safe to show */
	char *mend;    /* a command, or advice; NULL: no remedy */
	/* according to local information, a fetch would get the missing blocks */
	bool fetch;
} vv_doctor_finding;

/* One value = all findings of one run. */
typedef struct vv_doctor {
	vv_doctor_finding *findings;
	size_t count, cap, wrong; /* wrong: number of findings that are problems */
	/* number of paths in the index that have pointers or that varve tracks */
	size_t tables;
	char git[64];           /* git's version; "": git was not found */
	vv_hint_words_fn words; /* writes the sentences of hints; set by the caller */
} vv_doctor;

/* Checks git, its version, and varve on the PATH (doctor.c). */
vv_status vv_doctor_machine(vv_doctor *d, const vv_env *env, vv_error *err);
/* Adds findings about the kinds of documents that can be read on this machine, and about the
 * programs that are missing for other kinds. r may be NULL (doctor_documents.c). */
vv_status vv_doctor_documents(vv_doctor *d, vv_repository *r, const vv_env *env, vv_error *err);
/* Checks the settings that make git call varve. needed: report a problem if these settings are in
 * neither the repository's nor the user's configuration. */
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

/* Adds a finding to d with the contents of message and mend, and clears both. mend may be NULL. */
vv_status vv_doctor_add(vv_doctor *d, const char *what, bool wrong, vv_buf *message, vv_buf *mend,
			vv_error *err);
/* Adds a finding to d with a formatted message and the remedy `mend`, which may be NULL. */
vv_status vv_doctor_say(vv_doctor *d, const char *what, bool wrong, const char *mend, vv_error *err,
			const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif

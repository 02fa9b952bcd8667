/*
 * doctor: finds problems in the settings of git and varve on this machine, in the tables of the
 * index, and at the remotes. The result is a list of findings, most of them with a command that
 * repairs the problem.
 *
 *	vv_doctor d = {0};
 *	if ((rc = vv_doctor_machine(&d, env, err)) < 0 || ...
 *	for (i = 0; i < d.count; i++) ... d.findings[i].message
 *	vv_doctor_clear(&d);
 *
 * The checks change nothing except caches. Their order matters: vv_doctor_settings and
 * vv_doctor_repository use the number of tables from vv_doctor_data, and vv_doctor_peers may
 * replace the remedies of findings about missing blocks.
 */
#ifndef VV_LIB_STATUS_DOCTOR_H
#define VV_LIB_STATUS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* One value = one finding. */
typedef struct vv_doctor_finding {
	/* a word for the kind of finding, such as "hook" or "blocks"; a constant */
	const char *what;
	bool wrong;    /* true: a problem; false: only information */
	char *message; /* one line, safe to show */
	char *mend;    /* a command, or advice; NULL: no remedy */
	/* the finding is about missing blocks, which a remote may have; vv_doctor_peers replaces
	 * `mend` if the only remote lacks them */
	bool fetch;
} vv_doctor_finding;

/* One value = all findings of one run. */
typedef struct vv_doctor {
	vv_doctor_finding *findings;
	size_t count, cap, wrong; /* wrong: number of findings that are problems */
	/* number of paths in the index that have pointers or that varve tracks; set by
	 * vv_doctor_data */
	size_t tables;
	char git[64]; /* git's version, set by vv_doctor_machine; "": git was not found */
	/* writes the sentences of hints; set by the caller; NULL: remedies that are hints are left
	 * out */
	vv_hint_words_fn words;
	vv_buf mend; /* the result of vv_doctor_hint or vv_doctor_mend */
} vv_doctor;

/* Checks for git, its version, and varve on the PATH. If git was not found or is too old, the first
 * finding is "git". */
vv_status vv_doctor_machine(vv_doctor *d, const vv_env *env, vv_error *err);
/* Adds findings about the kinds of documents that can be read on this machine, and about the
 * programs that are missing for other kinds. r may be NULL. */
vv_status vv_doctor_documents(vv_doctor *d, vv_repository *r, const vv_env *env, vv_error *err);
/* Checks the settings that make git call varve. Wrong values are problems. A missing setting is a
 * problem if `needed` is set, otherwise information. needed: the repository has tables. */
vv_status vv_doctor_settings(vv_doctor *d, vv_repository *r, bool needed, vv_error *err);
/* Checks for invalid names and values of settings, locks, disk space, and the vault. If d->tables
 * is not 0, also checks the pre-push hook. */
vv_status vv_doctor_repository(vv_doctor *d, vv_repository *r, vv_error *err);
/* Checks attributes, pointers and their blocks, for each path of the index x, and sets d->tables.
 * If there are tables, also looks for versions of the history without blocks, and for versions that
 * no remote has. Needs a work tree. */
vv_status vv_doctor_data(vv_doctor *d, vv_repository *r, vv_index *x, vv_error *err);
/* Contacts each remote. Checks that it answers, and, for a Git host, that it has the blocks that
 * its refs need, undamaged, and that its block peers answer. Also finds remotes that share a store.
 */
vv_status vv_doctor_peers(vv_doctor *d, vv_repository *r, vv_error *err);

void vv_doctor_clear(vv_doctor *d);
VV_AUTO_CLEAR(vv_doctor, vv_doctor_clear)

/* Return a remedy for vv_doctor_say: the sentence of the hint with its argument `of`, which may be
 * NULL, or a formatted text. It is valid until the next call of one of them. If memory runs out,
 * vv_doctor_say fails. */
const char *vv_doctor_hint(vv_doctor *d, vv_hint_id hint, const char *of);
const char *vv_doctor_mend(vv_doctor *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds a finding to d with a formatted message and the remedy `mend`, which may be NULL or empty. */
vv_status vv_doctor_say(vv_doctor *d, const char *what, bool wrong, const char *mend, vv_error *err,
			const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif

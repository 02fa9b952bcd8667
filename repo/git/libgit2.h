/*
 * libgit2: starts it, converts its errors to vv_error, and lists varve's workarounds. Internal to
 * repo.
 *
 * Behaviour of libgit2 1.5 that varve works around, the place of the workaround, and the libgit2
 * version that ends it. "1.9.7: still so" was read in its source; "-" was not examined. Permanent
 * differences (fewer fsyncs, waiting for locks, no text merge of pointers, sizes judged before
 * reading) are not workarounds and not listed.
 *
 *	refuses safe.directory '*'; hides an unset one    repository.c, open_foreign    1.6
 *	setting the same work tree again leaks            repository.c                  1.8
 *	does not know GIT_CONFIG_GLOBAL and its kin       repository_config.c           1.7
 *	does not know GIT_CONFIG_COUNT and git -c         repository_config.c           1.9.7: still so
 *	parses the certificates at each start (mbedTLS)   cmd/frame/no_certificates.c   1.9.7: still so
 *	gives up on ancestry in shallow repositories      history/revision.c            1.7
 *	takes @~1 for a name                              history/revision.c            1.9.7: still so
 *	takes no quoted pattern in .gitattributes         index/attributes.c            1.9.7: still so
 *	forgets exceptions of a deeper .gitignore         index/untracked.c             -
 *	cannot read split and sparse indexes              index/index.c, open_failed    1.9.7: still so
 *	lists refs and reflogs of one worktree only       history/tips.c                -
 *	reads a loose object that was cut for ever        libgit2.c, vv_git_read_loose    -
 *	hashes what is read four times slower than need be libgit2.c, vv_git_check_reads  -
 *	the indexer leaks objects that are here already   objects/receive.c             -
 *	the indexer maps a pack again for each piece       objects/spool.c               -
 */
#ifndef VV_REPO_GIT_LIBGIT2_H
#define VV_REPO_GIT_LIBGIT2_H

#include <git2.h>
#if __has_include(<git2/sys/errors.h>) /* git_error_clear exists since 1.8 */
#include <git2/sys/errors.h>
#endif

#include "base/error.h"

/* libgit2 is used between the two, which nest. */
vv_status vv_git_start(vv_error *err);
void vv_git_stop(void);

/* code: what libgit2 returned (negative). The message is "<text>: <libgit2's>";
 * libgit2's own error is then cleared, so that it cannot turn up later. */
vv_status vv_git_fail(vv_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Loose objects of this folder are read by varve; a cut one is VV_ECORRUPT. alternate: libgit2 has it as one, so it is
 * searched after the repository's own. */
vv_status vv_git_read_loose(git_odb *odb, const char *objects, bool alternate, vv_error *err);

/* The name of bytes, to compare it with others: by OpenSSL, which hashes four times as fast as libgit2 does, and does not look
 * for collisions. Those are refused where objects are stored. */
vv_status vv_git_name(git_oid *out, const void *bytes, size_t len, git_object_t type,
		      vv_error *err);

/* Objects that libgit2's readers of this odb read are compared with their names; other bytes are VV_ECORRUPT. To be
 * called after readers are added; vv_git_read_loose compares by itself. */
void vv_git_check_reads(git_odb *odb);

/* Are the first `digits` digits of id (four or more) unique? loose_firsts (vv_git_loose_firsts) saves looking for loose
 * objects where none begins with the same byte; NULL: the file system is searched each time. */
bool vv_git_begins_alone(git_odb *odb, const git_oid *id, size_t digits, const bool *loose_firsts);
/* Marks the first byte of each loose object's id. Returns libgit2's code. */
int vv_git_loose_firsts(git_odb *odb, bool firsts[256]);

#endif

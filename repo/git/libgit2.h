/*
 * libgit2: starts libgit2, and converts its errors to vv_error. This comment lists varve's
 * workarounds for libgit2's faults. Internal to repo.
 *
 * The table has the behaviour of libgit2 1.5 that varve works around, the place of the workaround,
 * and the first version of libgit2 without this behaviour. "1.9.7: still so": the source of 1.9.7
 * still has it. "-": later versions were not examined. Permanent differences (fewer fsyncs, waiting
 * for locks, no text merge of pointers, sizes checked before reading) are not workarounds and are
 * not in the table.
 *
 * 	rejects safe.directory '*'; hides that it is unset repository.c, open_foreign    1.6
 * 	leaks memory if the same work tree is set again   repository.c                  1.8
 * 	ignores GIT_CONFIG_GLOBAL and _SYSTEM             repository_config.c           1.7
 * 	ignores GIT_CONFIG_COUNT and git -c               repository_config.c           1.9.7: still so
 * 	parses all certificates at each start (mbedTLS)   cmd/frame/no_certificates.c,
 * 	                                                  cmd/frame/no_transports.c     1.9.7: still so
 * 	cannot find ancestors in shallow repositories     history/revision.c            1.7
 * 	reads @~1 as the name of a ref                    history/revision.c            1.9.7: still so
 * 	ignores quoted patterns in .gitattributes         index/attributes.c            1.9.7: still so
 * 	ignores exceptions in a deeper .gitignore         index/untracked.c             -
 * 	cannot read split and sparse indexes              index/index_file.c            1.9.7: still so
 * 	lists refs and reflogs of one work tree only      history/tips.c                -
 * 	stops listing refs at a dangling symbolic link    history/refs.c                -
 * 	reads a truncated loose object in an endless loop libgit2.c, vv_git_read_loose  -
 * 	hashes objects four times slower than OpenSSL     libgit2.c, vv_git_check_reads -
 */
#ifndef VV_REPO_GIT_LIBGIT2_H
#define VV_REPO_GIT_LIBGIT2_H

#include <git2.h>
#if __has_include(<git2/sys/errors.h>) /* git_error_clear exists since 1.8 */
#include <git2/sys/errors.h>
#endif

#include "base/error.h"

/* Starts libgit2, which can be used until the matching call of vv_git_stop. Calls can be nested. */
vv_status vv_git_start(vv_error *err);
void vv_git_stop(void); /* ends the use of libgit2 */

/* Converts libgit2's last error to err, and returns the status. code: the negative result of libgit2's function. The
 * message is "<text>: <libgit2's message>". Clears libgit2's error, so that it cannot appear in a later message. */
vv_status vv_git_fail(vv_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes varve, instead of libgit2, read the loose objects in the folder `objects` for odb. Reading
 * a truncated object then fails with VV_ECORRUPT. alternate: the folder is an alternate, and is
 * searched after the repository's own folder. */
vv_status vv_git_read_loose(git_odb *odb, const char *objects, bool alternate, vv_error *err);

/* Sets *out to the id of an object with these bytes, for comparisons. Uses OpenSSL, which is four
 * times as fast as libgit2, but does not detect collisions of SHA-1; objects with collisions are
 * refused when they are stored. */
vv_status vv_git_name(git_oid *out, const void *bytes, size_t len, git_object_t type,
		      vv_error *err);

/* Makes libgit2's backends of odb check, in each read, that the object's bytes match its id. If
 * they do not, the read fails with VV_ECORRUPT. Call this after adding the backends. The reader of
 * vv_git_read_loose checks by itself. */
void vv_git_check_reads(git_odb *odb);

/* Returns true if no other object's id begins with the first `digits` (four or more) digits of id.
 * loose_firsts: the result of vv_git_loose_firsts, or NULL; with it, loose objects are searched
 * only if one of their ids has the same first byte. */
bool vv_git_begins_alone(git_odb *odb, const git_oid *id, size_t digits, const bool *loose_firsts);
/* Sets firsts[b] to true for the first byte b of each loose object's id; the other items are
 * unchanged. Returns libgit2's code. */
int vv_git_loose_firsts(git_odb *odb, bool firsts[256]);

#endif

/*
 * repository: opens a Git repository with varve's folder in it, and reads its settings.
 *
 * The repository is found as Git finds it: GIT_DIR and similar variables apply, and the current
 * folder may be in a linked worktree or in a bare repository. libgit2 is initialised on first use.
 * Only sources in repo use its types. A vv_repository is for one thread at a time.
 */
#ifndef VV_REPO_GIT_REPOSITORY_H
#define VV_REPO_GIT_REPOSITORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/store.h"
#include "repo/git/oid.h"

typedef struct vv_repository vv_repository;

/* Opens the repository that contains path. If path is NULL, opens the repository of GIT_DIR, or
 * that of the current folder. env is copied; the copy is the environment of all work on the
 * repository, and of programs started for it. The caller closes *out with vv_repository_close.
 * VV_ENOTFOUND, with a hint: path is not in a repository. VV_EREFUSED: another user owns the
 * repository, or it is a bare one that must be named (vv_repository_name_here). VV_ENOSUPPORT: the
 * repository uses an extension, a hash or a format of refs that varve does not support.
 * VV_ECORRUPT: the index of one of Git's packs is so damaged that nothing can be read
 * (pack_check.h). */
vv_status vv_repository_open(vv_repository **out, const char *path, const vv_env *env,
			     vv_error *err);

/* Like vv_repository_open, but does not check the indexes of Git's packs. Call
 * vv_repository_check_packs before you read an object. */
vv_status vv_repository_open_unchecked(vv_repository **out, const char *path, const vv_env *env,
				       vv_error *err);
vv_status vv_repository_check_packs(const vv_repository *r, vv_error *err); /* VV_ECORRUPT */

/* Allows vv_repository_open, with path NULL, to open the current folder if it is a bare repository.
 * Call this in programs whose user named the folder, before threads start. Without this call,
 * vv_repository_open refuses a bare repository that it finds in the current folder or in a folder
 * above it, as Git does with safe.bareRepository=explicit: a clone can contain a bare repository
 * whose settings run programs. If the user's or the system's settings have safe.bareRepository=all,
 * no such repository is refused. */
void vv_repository_name_here(void);

/* Closes r, which may be NULL. Writes staged objects first, unless an earlier write of them failed,
 * and ignores failures. */
void vv_repository_close(vv_repository *r);
VV_AUTO_FREE(vv_repository, vv_repository_close)

/* Removes varve's locks of the index, HEAD, refs, settings and packed-refs if the process that made
 * them has ended; Git's programs do not remove these locks. Sends a note for each removed lock to
 * the listener. Ignores failures. */
void vv_repository_sweep_locks(vv_repository *r);

/* Durably writes staged objects (blob.h) to the repository. Call this before a ref or the index
 * names the objects. After a failure, the objects are still staged, and the next call writes them
 * again. If they include a blob from a large file, the next call fails instead, with VV_EIO. */
vv_status vv_repository_flush(vv_repository *r, vv_error *err);

/* Stages all objects of the object folder `objects`, except those of its alternates. */
vv_status vv_repository_stage_objects(vv_repository *r, const char *objects, vv_error *err);

/* Returns true if all of Git's packs in r together have more than `bytes` bytes. */
bool vv_git_packs_exceed(vv_repository *r, uint64_t bytes);

/* Drops staged objects; they are never written. */
void vv_repository_discard(vv_repository *r);

/* Syncs the folder of the index, if vv_index_write has written the index, so that the index is
 * durable. Call this before a ref moves, and before you report success. A failure is reported once:
 * the next call returns VV_OK. */
vv_status vv_repository_settle(vv_repository *r, vv_error *err);

/* Sets the listener of r to notes; it receives the notes and the progress of work in r. notes is
 * borrowed until r is closed, and may be NULL. A vv_repository has no listener at first. If r is
 * NULL, does nothing. */
void vv_repository_listen(vv_repository *r, const vv_notes *notes);
/* the listener; NULL: none, or r is NULL */
const vv_notes *vv_repository_notes(const vv_repository *r);
/* Returns the listener's function that words hints. NULL: the listener has no such function, or
 * r has no listener. */
vv_hint_words_fn vv_repository_words(const vv_repository *r);

/* Returns the environment that r was opened with; borrowed until close. */
const vv_env *vv_repository_env(const vv_repository *r);

/* These functions return absolute paths without a trailing '/', borrowed until r is closed. */
const char *vv_repository_workdir(const vv_repository *r);   /* NULL if r is bare */
const char *vv_repository_gitdir(const vv_repository *r);    /* the worktree's own .git folder */
const char *vv_repository_commondir(const vv_repository *r); /* the .git folder of all worktrees */
/* the object folder; GIT_OBJECT_DIRECTORY if set */
const char *vv_repository_objects(const vv_repository *r);
/* Returns true if r is a shallow clone: the parents of some commits are missing. */
bool vv_repository_is_shallow(const vv_repository *r);
/* Returns true if r is a partial clone: git fetches missing objects from a remote. */
bool vv_repository_is_partial(const vv_repository *r);
const char *vv_repository_varvedir(const vv_repository *r); /* <commondir>/varve */
/* Returns <gitdir>/varve, the folder of this worktree's caches; borrowed until close. */
const char *vv_repository_statedir(const vv_repository *r);
bool vv_repository_is_bare(const vv_repository *r); /* true if r has no work tree */
/* Returns true if varve's filter is configured (filter.varve.process or filter.varve.clean). */
bool vv_repository_is_initialised(const vv_repository *r);

/* Sets *out to the block store of r, which is opened on first use; borrowed until
 * vv_repository_close. VV_EREFUSED: varve's folder belongs to another user, or is not a folder. */
vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err);

/* Sets *out to path, made relative to the top of the work tree, without a trailing '/'; "" is the
 * top. path is from the command line: absolute, or relative to the current folder. It may lead to
 * the work tree through symbolic links. In a bare repository, path is relative to the top of its
 * commits. The caller frees *out with vv_free. VV_EUSAGE: path is empty or outside the work tree,
 * or one of its folders below the top is a symbolic link. */
vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err);
/* Returns the absolute path of a file of the work tree, whose path from the top is `relative` ("":
 * the top). The caller frees it with vv_free. NULL: r is bare, or memory ran out. */
char *vv_repository_file(const vv_repository *r, const char *relative);
/* Opens the top folder of the work tree, for vv_lstat_at of many files. Returns the descriptor,
 * which the caller closes, or a negative vv_status. VV_EUSAGE: r is bare. */
int vv_repository_open_top(const vv_repository *r, vv_error *err);

/* Sets *out to the value of the Git setting key, which may be in any of Git's configuration files.
 * The last value counts. *out is "" for a key without a value. The caller frees *out with vv_free.
 * VV_ENOTFOUND: the setting is missing. (config.h writes settings.) */
vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err);
/* Sets *out to the value of the setting key, a path, with "~/" replaced by the home folder. The
 * caller frees *out with vv_free. VV_ENOTFOUND: the setting is missing.
 * VV_EUSAGE: HOME is not set. */
vv_status vv_config_path(vv_repository *r, const char *key, char **out, vv_error *err);
/* Sets *out to the value of the setting key, or to fallback if the setting is missing. VV_EUSAGE:
 * the value is not true or false, in one of Git's spellings. */
vv_status vv_config_bool(vv_repository *r, const char *key, bool fallback, bool *out,
			 vv_error *err);
/* Sets *out to the value of the setting key, or to fallback if the setting is missing. VV_EUSAGE:
 * the value is not a number, which may have the suffix k, m or g, or it is negative. */
vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err);
/* Returns the value of the setting key in the user's or the system's settings; those of a
 * repository do not count. The caller frees the text with vv_free. Returns NULL if the setting is
 * empty or not set, or on failure. */
char *vv_config_outside(const vv_env *env, const char *key);
/* Like vv_config_outside, but with the settings of r, which are read only once. */
char *vv_config_protected(vv_repository *r, const char *key);
typedef vv_status (*vv_config_fn)(void *payload, const char *name, const char *value,
				  const char *level, vv_error *err);
/* Calls fn for each setting whose name begins with prefix, those of the system first. value is
 * "true" for a key without a value. level is the scope as in git config --show-scope: "system",
 * "global", "local", "worktree", ... A negative result of fn ends the calls, and is returned. */
vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err);

/* Sets *out to the secret of this repository, the seed of the scan cache's hashes. The secret is
 * created on first use, and stored in the file "secret" in varve's folder. */
vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err);
/* Returns true if the file of the secret exists. */
bool vv_repository_has_secret(const vv_repository *r);
/* Makes vv_repository_secret use a secret that is not stored, if there is none, for a command that
 * only prints what it would do. Call this before the first use. */
void vv_repository_stay_dry(vv_repository *r);

#endif

/*
 * repository: an ordinary Git repository, and varve's folder in it.
 *
 * Finds the repository as Git does, with GIT_DIR and similar variables, also from a linked worktree or in a bare
 * repository. libgit2 is initialised on first use, and its types stay inside the sources of repo. Use a
 * vv_repository in one thread at a time.
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

/* Opens the repository that contains path (NULL: the current folder, or GIT_DIR). The environment is copied; all
 * work on the repository, and programs started for it, use the copy. VV_ENOTFOUND, with a hint: not a repository.
 * VV_EREFUSED, VV_ENOSUPPORT: foreign owner, unsupported extensions, or a split or sparse index; the message has
 * the way out. VV_ECORRUPT: an index of Git's packs is so damaged that nothing can be read (pack_check.h). */
vv_status vv_repository_open(vv_repository **out, const char *path, const vv_env *env,
			     vv_error *err);

/* Like vv_repository_open, without checking the indexes of Git's packs. Call vv_repository_check_packs before
 * reading an object. */
vv_status vv_repository_open_unchecked(vv_repository **out, const char *path, const vv_env *env,
				       vv_error *err);
vv_status vv_repository_check_packs(const vv_repository *r, vv_error *err); /* VV_ECORRUPT */

/* Allows vv_repository_open to use a bare repository in the current folder, because the user named this folder.
 * Without this call, a bare repository that is found from the current folder upwards, without a .git, is refused,
 * as by Git with safe.bareRepository=explicit: a clone can contain one whose settings run programs.
 * safe.bareRepository=all in the settings outside any repository allows it, too. Call before threads start. */
void vv_repository_name_here(void);

void vv_repository_close(vv_repository *r); /* accepts NULL */
VV_AUTO_FREE(vv_repository, vv_repository_close)

/* Removes locks of the index, HEAD, refs, settings and packed-refs that an ended varve left behind; Git's
 * programs do not remove them. Sends a note for each to the listener. Ignores failures. */
void vv_repository_sweep_locks(vv_repository *r);

/* Writes staged objects, which are all objects since the last call, into the repository, durably. Call before a
 * ref or the index names them. */
vv_status vv_repository_flush(vv_repository *r, vv_error *err);

/* Drops staged objects, so that closing does not write them. */
void vv_repository_discard(vv_repository *r);

/* Makes the index written so far durable: fsyncs its folder, which writing the index does not. Call before a ref
 * moves and before reporting success. */
vv_status vv_repository_settle(vv_repository *r, vv_error *err);

/* Sets the listener: notes receives notes and progress of work in r, and is borrowed until close. A new r has
 * none. r may be NULL. */
void vv_repository_listen(vv_repository *r, const vv_notes *notes);
const vv_notes *vv_repository_notes(const vv_repository *r);
vv_hint_words_fn vv_repository_words(const vv_repository *r); /* words of the notes; may be NULL */

/* Returns the environment that r was opened with; borrowed until close. */
const vv_env *vv_repository_env(const vv_repository *r);

/* Return paths without a trailing '/'; borrowed until close. */
const char *vv_repository_workdir(const vv_repository *r);   /* NULL if r is bare */
const char *vv_repository_gitdir(const vv_repository *r);    /* the worktree's own .git folder */
const char *vv_repository_commondir(const vv_repository *r); /* the .git folder of all worktrees */
const char *vv_repository_objects(const vv_repository *r);   /* folder for new Git objects */
/* Returns true in a shallow clone: some commits have parents that are missing. */
bool vv_repository_is_shallow(const vv_repository *r);
const char *vv_repository_varvedir(const vv_repository *r); /* <commondir>/varve */
/* <gitdir>/varve: this worktree's caches. */
const char *vv_repository_statedir(const vv_repository *r);
bool vv_repository_is_bare(const vv_repository *r);
/* True if filter.varve.* is configured. */
bool vv_repository_is_initialised(const vv_repository *r);

/* Gets the block store, which is opened on first use; borrowed until close. */
vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err);

/* Converts a path of the command line (absolute, or relative to the current folder) to one relative to the top of
 * the work tree, without a trailing '/'; "" for the top. The caller frees *out with vv_free. VV_EUSAGE: path is
 * outside the work tree. Symbolic links in the folders above are resolved as Git does. */
vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err);
/* Returns the absolute path of a file of the work tree, which the caller frees with vv_free. NULL: out of
 * memory. */
char *vv_repository_file(const vv_repository *r, const char *relative);
/* Opens the top folder of the work tree, for vv_lstat_at of many files. Returns the descriptor or a negative
 * vv_status. */
int vv_repository_open_top(const vv_repository *r, vv_error *err);

/* Read a setting of Git from all levels (config.h writes settings). The caller frees a string with vv_free;
 * VV_ENOTFOUND if the string is not set. A bool or number that is not set gets the value of fallback. */
vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err);
vv_status vv_config_bool(vv_repository *r, const char *key, bool fallback, bool *out,
			 vv_error *err);
vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err); /* accepts the suffixes k, m, g */
/* Reads a setting only from levels outside any repository, such as the user's and the system's. The caller frees
 * the text with vv_free. Returns NULL if the setting is empty or not set, or on failure. */
char *vv_config_outside(const vv_env *env, const char *key);
/* Like vv_config_outside, from the settings that r has already read, without opening a file. */
char *vv_config_protected(vv_repository *r, const char *key);
/* Calls fn for each setting whose name begins with prefix. level: "system", "global", "local", "worktree", ... */
typedef vv_status (*vv_config_fn)(void *payload, const char *name, const char *value,
				  const char *level, vv_error *err);
vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err);

/* Gets the 64-bit secret of this repository, which seeds the hashes of the scan cache. It is created on first use
 * and stored in .git/varve/secret. */
vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err);

#endif

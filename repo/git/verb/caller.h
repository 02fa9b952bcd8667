/*
 * caller: the words of the nearest git above this process, such as "git diff --binary".
 *
 * Git does not report to a filter, a textconv or a hook which command needs it. The arguments of
 * the git process that started it do. Aliases that git expands itself are expanded, too. An alias
 * that begins with '!' starts a further git, which is then the nearest.
 *
 *	vv_auto(vv_caller) c = {0};
 *
 *	vv_caller_find(&c, repo);
 *	if (vv_caller_is(&c, "push") && vv_caller_has(&c, "--mirror")) ...
 */
#ifndef VV_REPO_GIT_VERB_CALLER_H
#define VV_REPO_GIT_VERB_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "repo/git/repository.h"

/* The words of a git process. */
typedef struct vv_caller {
	/* the command ("diff"), then its arguments, each with a NUL; empty: no git is above, or the
	 * system does not report its arguments */
	vv_buf words;
	bool in_commit; /* a further git above is git commit, which runs hooks */
} vv_caller;

/* Finds the nearest git. r is for aliases, and may be NULL. On failure, words is empty. */
void vv_caller_find(vv_caller *out, vv_repository *r);
void vv_caller_clear(vv_caller *c);
VV_AUTO_CLEAR(vv_caller, vv_caller_clear)

/* Returns true if git's command is `command` ("push"). */
bool vv_caller_is(const vv_caller *c, const char *command);
/* Returns true if git's command has the option, such as "--mirror", or an abbreviation of at least
 * five bytes ("--mir"), and no "--no-mirror" follows it. */
bool vv_caller_has(const vv_caller *c, const char *option);

/* Returns true if git's output has to fit what git has stored: git diff --binary, whose patch git
 * apply applies. */
bool vv_caller_makes_patch(const vv_caller *c);
/* Returns true if git passes the file to another program: git show --textconv, git cat-file
 * --textconv, git cat-file --filters. */
bool vv_caller_hands_out(const vv_caller *c);
/* Returns true if a hook of git commit merges a patch into index and file: git apply --3way. The commit
 * that runs the hook then contains the patch. */
bool vv_caller_adds_to_commit(const vv_caller *c);
/* Returns true if git passes what textconv wrote of the work tree's file to the clean filter: git
 * blame. */
bool vv_caller_cleans_text(const vv_caller *c);
/* Returns the side that git's words favour in conflicts, as git merge -X theirs does: "ours" or
 * "theirs", the last one; NULL: none. Git does not pass this to merge drivers. */
const char *vv_caller_favours(const vv_caller *c);

#endif

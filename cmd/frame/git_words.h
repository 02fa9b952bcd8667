/*
 * git_words: spellings that varve leaves to Git, since they work in the same repository: commands
 * that only Git has, and options of Git's for commands that both have.
 */
#ifndef VV_CMD_FRAME_GIT_WORDS_H
#define VV_CMD_FRAME_GIT_WORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Is that a command of Git which works here and is none of varve's? */
bool vv_git_words_command(const char *name);

/* Is arg ("--graph", "-L1,5", "--format=%h") an option of Git's command that works here? */
bool vv_git_words_option(const char *command, const char *arg);

/* Appends "git log --graph -- 'a b'", quoted for a shell. */
void vv_git_words_put(vv_buf *out, const char *command, int argc, char **argv);

/* The hint "'git log --graph' works here". */
vv_status vv_git_words_hint(vv_error *err, const char *command, int argc, char **argv);

#endif

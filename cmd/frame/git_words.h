/*
 * git_words: recognises commands and options that only Git has, and that can be used in a
 * repository of varve. They are for hints such as "'git log --graph' works here".
 */
#ifndef VV_CMD_FRAME_GIT_WORDS_H
#define VV_CMD_FRAME_GIT_WORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Returns true if name is a command of Git that varve does not have, and that can be used in a
 * repository of varve. */
bool vv_git_words_command(const char *name);

/* Returns true if Git's command has the option arg ("--graph", "-L1,5", "--format=%h"), varve's
 * command of the same name does not have it, and the option can be used in a repository of
 * varve. */
bool vv_git_words_option(const char *command, const char *arg);

/* Appends a command line for Git with this command and these arguments, quoted for a shell: git log
 * --graph -- "a b". */
void vv_git_words_put(vv_buf *out, const char *command, int argc, char **argv);

/* Replaces err's hint by "'git log --graph' works here", with the command line of vv_git_words_put.
 * Returns err's code. */
vv_status vv_git_words_hint(vv_error *err, const char *command, int argc, char **argv);

#endif

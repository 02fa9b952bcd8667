/*
 * verb_chain: a chain of Miller's verbs, "sort -nr price then head -n 3 FILE", as a command of varve.
 */
#ifndef VV_CMD_VARVE_VERB_CHAIN_H
#define VV_CMD_VARVE_VERB_CHAIN_H

#include <stdbool.h>

#include "base/buf.h"

/* Returns true if the words of a line contain "then". */
bool vv_verb_chain_has(int argc, char **argv);
/* Appends the line of `varve cat` that does the same as the verb and the words after it. The words must end with a
 * file, or with a file and "--format NAME". Returns false, with an undefined line, if no line does the same. */
bool vv_verb_chain_put(vv_buf *line, const char *verb, int argc, char **argv);

#endif

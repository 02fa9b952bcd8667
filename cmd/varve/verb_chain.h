/*
 * verb_chain: a chain of Miller's verbs, "sort -nr price then head -n 3 FILE", as a command of varve.
 */
#ifndef VV_CMD_VARVE_VERB_CHAIN_H
#define VV_CMD_VARVE_VERB_CHAIN_H

#include <stdbool.h>

#include "base/buf.h"

/* Returns true if the words of a line contain "then". */
bool vv_verb_chain_has(int argc, char **argv);
/* Appends the line of `varve cat` that does the same as the verb and what follows it, whose last word is a file, or
 * a file and "--format NAME". Returns false, with an undefined line, if there is none. */
bool vv_verb_chain_put(vv_buf *line, const char *verb, int argc, char **argv);

#endif

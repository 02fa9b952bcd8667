/*
 * erase_found: prints what 'varve erase' found.
 */
#ifndef VV_CMD_VARVE_PRINT_ERASE_FOUND_H
#define VV_CMD_VARVE_PRINT_ERASE_FOUND_H

#include <stdbool.h>

#include "lib/space/erase.h"

/* Prints the result of a search on stdout. applied: it is the search after an application, which finds
 * none of the erased values. */
void vv_erase_found_print(const vv_erase *e, bool applied);

#endif

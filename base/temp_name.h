/*
 * temp_name: names of temporary files, which identify the process that made them.
 *
 * A process that is killed leaves its temporary files. Their names end in VV_TEMP_RANDOM letters, in which stand,
 * besides chance, the process and where it runs (this start of the machine, its PID namespace). So the
 * next one that writes in the same folder can take away what the dead left, and nothing else.
 */
#ifndef VV_BASE_TEMP_NAME_H
#define VV_BASE_TEMP_NAME_H

#include <stdbool.h>

#define VV_TEMP_RANDOM 12u /* characters of "a-z2-7" */

/* Another name at each call. */
void vv_temp_name(char out[VV_TEMP_RANDOM + 1]);

/* Is it such a name? *ended: the process that made it has certainly ended. */
bool vv_temp_name_read(const char *name, bool *ended);

#endif

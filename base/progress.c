/*
 * progress: the one call that tolerates having nobody to tell.
 */
#include "base/progress.h"

#include <stddef.h>

void vv_progress_update(const vv_progress *p, const char *what, uint64_t done, uint64_t total)
{
	if (p && p->update) {
		p->update(p->payload, what, done, total);
	}
}

/*
 * progress: how a lower folder tells the command how far it is.
 *
 * Nothing below cmd prints: it calls the function that it was given, which may
 * be NULL. Calls may come often and from one thread at a time.
 */
#ifndef VV_BASE_PROGRESS_H
#define VV_BASE_PROGRESS_H

#include <stdint.h>

typedef struct vv_progress {
	/* done of total units (bytes unless said otherwise); total 0 when unknown */
	void (*update)(void *payload, const char *what, uint64_t done, uint64_t total);
	void *payload;
} vv_progress;

/* Calls p->update unless p or it is NULL. */
void vv_progress_update(const vv_progress *p, const char *what, uint64_t done, uint64_t total);

#endif

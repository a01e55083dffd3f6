// Makes the calling thread one of the background: named, and behind those that serve requests when
// processor and disk are scarce.

#ifndef PATHKB_SERVER_BACKGROUND_BACKGROUND_THREAD_H_
#define PATHKB_SERVER_BACKGROUND_BACKGROUND_THREAD_H_

namespace pathkb {

// For the start of a thread. `name` is what `top` and the log show, at most 15 bytes. What the
// system refuses, and what it does not know, is left as it was: the thread then works as any other.
void BecomeBackgroundThread(const char* name);

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_BACKGROUND_THREAD_H_

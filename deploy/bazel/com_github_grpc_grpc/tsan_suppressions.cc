// What ThreadSanitizer is to overlook. Debian's gRPC and Abseil are not built for it, so it cannot
// see what they order by their own locks; .bazelrc has it ignore what happens inside of them, too.
// Our own threads meet in std::mutex, which it knows.

// Asked for by ThreadSanitizer's runtime, if it is linked in; else nobody calls this.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(readability-identifier-naming)

extern "C" const char* __tsan_default_suppressions() {  // NOLINT(readability-identifier-naming)
  // Templates of gRPC's headers are compiled with our code; what we run on our own threads has none
  // of them on its stack.
  return "race:grpc::\n"
         "called_from_lib:libgrpc.so\n"
         "called_from_lib:libgrpc++.so\n"
         "called_from_lib:libabsl_synchronization.so\n";
}

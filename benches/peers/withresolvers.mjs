// What PostGraphile needs of Node 22 and Node 20 has not: import this before it.

Promise.withResolvers ??= function () {
  const deferred = {};
  deferred.promise = new this((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};

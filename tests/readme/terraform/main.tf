resource "helm_release" "runner" {
  name       = "runner"
  repository = "https://charts.gitlab.io"
  chart      = "gitlab-runner"

  set {
    name  = "runnerToken"
    value = var.runner_token
  }
  set {
    name  = "runners.locked"
    value = "false"
  }
}
